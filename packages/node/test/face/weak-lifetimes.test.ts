/** Weak references between nodes of which one was closed and came back: what is said of the earlier lifetime does not touch the later. */
import { Managed } from '@holdfast/heap/managed'
import { describe, expect, it } from 'vitest'
import type { NodeOptions } from '../../src/index.js'
import { join, until, useFaceWorld } from '../support/face.js'
import { TurningClock } from '../support/turning-clock.js'

class Item extends Managed {
  say(): string {
    return 'here'
  }
}

describe('a weak reference of a later lifetime', () => {
  const world = useFaceWorld()
  const clock = new TurningClock()
  const options = (incarnation: number): Partial<NodeOptions> => ({
    incarnation,
    clock,
    lease: { term: 50, drift: 0.01 },
  })

  it('is still good when what the earlier lifetime held is let go of', async () => {
    const bob = world.node('bob', options(1))
    bob.publish('item', new Item())
    bob.publish('other', new Item())
    const before = world.node('alice', options(1))
    await join(before, bob)
    const held = await before.lookup<Item>('bob', 'other')
    expect(await held.say()).toBe('here')
    const released: string[] = []
    bob.on('released', ({ by }) => released.push(by))
    before.close()
    const after = world.node('alice', options(2))
    await join(after, bob)
    const weak = await after.weak(await after.lookup<Item>('bob', 'item'))
    await until(() => released.includes('lease'), 'the end of the quarantine')
    expect(await (await weak.fetch())?.say()).toBe('here')
    for (const name of ['item', 'other']) bob.unpublish(name)
  })
})
