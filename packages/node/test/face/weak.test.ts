/** Weak references: they keep nothing, tell when it is gone, and never bring back what was freed. */
import { Managed } from '@holdfast/heap/managed'
import { describe, expect, it } from 'vitest'
import { byReference, type HoldfastNode, type Remote, type WeakReference } from '../../src/index.js'
import { collectGarbage, until, useFaceWorld } from '../support/face.js'

class Item extends Managed {
  next: Item | Remote<Item> | null = null
  say(): string {
    return 'here'
  }
  link(next: Item | Remote<Item>): void {
    this.next = next
  }
}

class Maker extends Managed {
  last: Item | null = null
  make(): Item {
    this.last = new Item()
    return this.last
  }
  clear(): void {
    this.last = null
  }
}

/** A cycle of one item on each of two nodes that nothing but weak references refers to. */
async function weakCycle(alice: HoldfastNode, bob: HoldfastNode): Promise<WeakReference<Remote<Item>>> {
  bob.publish(
    'make',
    byReference(() => new Item()),
  )
  const make = await alice.lookup<() => Item>('bob', 'make')
  const far = await make()
  const mine = new Item()
  mine.link(far)
  await far.link(mine)
  make[Symbol.dispose]()
  bob.unpublish('make')
  return alice.weak(far)
}

describe('a weak reference', () => {
  const world = useFaceWorld()

  it('to an object of another node finds it as long as it lives, and tells of its end', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    bob.publish('maker', new Maker())
    const told: string[] = []
    const weak = await (async () => {
      const maker = await alice.lookup<Maker>('bob', 'maker')
      const far = await maker.make()
      const reference = await alice.weak(far)
      expect(reference.deref()).toBe(far)
      expect(await alice.weak(far)).toBe(reference)
      return reference
    })()
    weak.onDead(() => told.push('dead'))
    await world.settle()
    expect(weak.deref(), 'no proxy here').toBeUndefined()
    expect(weak.isAlive).toBe(true)
    await (async () => {
      expect(await (await weak.fetch())?.say()).toBe('here')
      await (await alice.lookup<Maker>('bob', 'maker')).clear()
    })()
    await world.settle()
    await until(() => told.length === 1, 'the news')
    expect(weak.isAlive).toBe(false)
    expect(await weak.fetch()).toBeUndefined()
    weak.onDead(() => told.push('late'))
    await until(() => told.length === 2)
    bob.unpublish('maker')
  })

  it('does not keep a cycle: that is freed in two rounds', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const weak = await weakCycle(alice, bob)
    await world.settle({ exports: 2, imports: 2 })
    expect((await alice.collect()).condemned).toBe(0)
    await until(() => !weak.isAlive, 'the holder cleared')
    expect((await alice.collect()).condemned).toBe(2)
    await world.settle()
  })

  it('that brings an object back between the rounds keeps it from being freed', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const weak = await weakCycle(alice, bob)
    await world.settle({ exports: 2, imports: 2 })
    const round = alice.collect()
    const back = await weak.fetch()
    await round
    expect((await alice.collect()).condemned).toBe(0)
    expect(await back?.say()).toBe('here')
    expect(weak.isAlive).toBe(true)
  })

  it('to an object of this node works the same', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const weak = await (async () => {
      const item = new Item()
      alice.publish('item', item)
      return alice.weak(item)
    })()
    await collectGarbage()
    expect(weak.deref()?.say()).toBe('here')
    alice.unpublish('item')
    await collectGarbage()
    await alice.collectLocally()
    await until(() => !weak.isAlive, 'its end')
    expect(weak.deref()).toBeUndefined()
    expect(bob.tables.imports).toBe(0)
  })

  it('dies with the node of its object', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    bob.publish('item', new Item())
    const weak = await alice.weak(await alice.lookup<Item>('bob', 'item'))
    alice.declareGone('bob')
    expect(weak.isAlive).toBe(false)
  })

  it('is in no report once its object is freed, also before that was told', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const maker = new Maker()
    bob.publish('maker', maker)
    const weak = await (async () => alice.weak(await (await alice.lookup<Maker>('bob', 'maker')).make()))()
    await collectGarbage()
    await alice.collectLocally()
    maker.clear()
    expect(await alice.collect()).toMatchObject({ missing: [] })
    await until(() => !weak.isAlive, 'its end')
    bob.unpublish('maker')
  })
})
