/** What a method returns may have broken since: its caller is told, and the callee goes on as if nothing had been. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Managed } from '@holdfast/heap/managed'
import { describe, expect, it } from 'vitest'
import { byReference, type Remote } from '../../src/index.js'
import { until, useFaceWorld } from '../support/face.js'

class Item extends Managed {
  say(): string {
    return 'here'
  }
}

describe('a result that refers to an object of a closed node', () => {
  const world = useFaceWorld()

  it.each(['now', 'later', 'deep'] as const)('rejects the call (%s) and leaves nothing behind', async (method) => {
    const [alice, bob, carol] = await world.mesh('alice', 'bob', 'carol')
    carol.publish('item', new Item())
    const kept: Remote<Item>[] = [await bob.lookup<Item>('carol', 'item')]
    const shelf = byReference({
      now: () => kept[0],
      async later() {
        await sleep(5)
        return kept[0]
      },
      deep: () => ({ items: [kept[0]] }),
    })
    bob.publish('shelf', shelf)
    const far = await alice.lookup<typeof shelf>('bob', 'shelf')
    let broken = false
    bob.onBroken(kept[0], () => {
      broken = true
    })
    carol.close()
    await until(() => broken)
    await expect(far[method]()).rejects.toMatchObject({ code: 'broken-reference' })
    await until(() => bob.stats().keptAnswers === 0, 'no kept answer')
    bob.unpublish('shelf')
  })
})
