/** What owners and holders can do besides calling: leases, revocation, finalization, early disposal, questions about who holds what. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Managed, RefMap } from '@holdfast/heap/managed'
import { describe, expect, it } from 'vitest'
import { byReference, type HoldfastNode, type Remote } from '../../src/index.js'
import { collectGarbage, rejection, until, useFaceWorld } from '../support/face.js'

class Item extends Managed {
  next: Item | Remote<Item> | null = null
  say(): string {
    return 'here'
  }
  link(next: Item | Remote<Item>): void {
    this.next = next
  }
}

class Shelf extends Managed {
  items = new RefMap<string, Item | Remote<Item>>()
  put(name: string, item: Item | Remote<Item>): void {
    this.items.set(name, item)
  }
}

/** A remote item of a node that nothing else there refers to, and a WeakRef of the item itself. */
async function itemFrom(holder: HoldfastNode, owner: HoldfastNode): Promise<{ far: Remote<Item>; ref: WeakRef<Item> }> {
  const refs: WeakRef<Item>[] = []
  owner.publish(
    'make',
    byReference(() => {
      const item = new Item()
      refs.push(new WeakRef(item))
      return item
    }),
  )
  const make = await holder.lookup<() => Item>(owner.id, 'make')
  const far = await make()
  make[Symbol.dispose]()
  owner.unpublish('make')
  return { far, ref: refs[0] }
}

describe('letting go early', () => {
  const world = useFaceWorld()

  it('frees the object without a collection here, twice is harmless, and later use is refused', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const { far } = await itemFrom(alice, bob)
    far[Symbol.dispose]()
    far[Symbol.dispose]()
    expect(await rejection(far.say())).toMatchObject({ code: 'disposed' })
    await until(() => alice.tables.imports === 0 && bob.tables.exports === 0, 'empty tables')
  })

  it('works on a result that is still to come', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    bob.publish(
      'make',
      byReference(() => new Item()),
    )
    const make = await alice.lookup<() => Item>('bob', 'make')
    make()[Symbol.dispose]()
    await until(() => bob.tables.exports === 1 && alice.tables.imports === 1, 'only the factory')
    expect(bob.tables.exports).toBe(1)
    bob.unpublish('make')
  })
})

describe('an object lease', () => {
  const world = useFaceWorld()

  it('keeps an object that nobody holds, until it is over', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const state = await (async () => {
      const { far, ref } = await itemFrom(alice, bob)
      const lease = await alice.leases.acquire(far, { term: 60_000 })
      far[Symbol.dispose]()
      return { lease, ref }
    })()
    await world.settle()
    const objects = bob.stats().objects.managed
    expect(objects).toBe(1)
    expect(bob.leases.list()).toMatchObject([{ holder: 'alice' }])
    expect(await alice.leases.renew(state.lease, 120_000)).toBeGreaterThan(100_000)
    expect(await alice.leases.release(state.lease)).toBe(true)
    expect(await alice.leases.release(state.lease)).toBe(false)
    await collectGarbage()
    await bob.collectLocally()
    await until(() => bob.stats().objects.managed === 0, 'freed')
    await collectGarbage()
    expect(state.ref.deref()).toBeUndefined()
  })

  it('asks its sponsor for more time, and ends when that has no more', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const { far } = await itemFrom(alice, bob)
    let asked = 0
    const lease = { term: 1100, sponsor: () => (++asked < 2 ? 1050 : null) }
    await alice.leases.acquire(far, lease)
    expect(bob.stats().leases).toBe(1)
    await until(() => bob.stats().leases === 0, 'the end of the lease')
    expect(asked).toBe(2)
  })

  it('is renewed and released by nobody but its holder', async () => {
    const [alice, bob, carol] = await world.mesh('alice', 'bob', 'carol')
    const { far } = await itemFrom(alice, bob)
    const lease = await alice.leases.acquire(far, { term: 60_000 })
    expect(await rejection(carol.leases.renew(lease, 1000))).toMatchObject({ code: 'no-such-lease' })
    expect(await carol.leases.release(lease)).toBe(false)
    expect(await rejection(alice.leases.acquire(far, { term: -1 }))).toMatchObject({ code: 'bad-term' })
  })
})

describe('an owner', () => {
  const world = useFaceWorld()

  it('can take an object back, and its holders are told', async () => {
    const [alice, bob, carol] = await world.mesh('alice', 'bob', 'carol')
    const item = new Item()
    bob.publish('item', item)
    const one = await alice.lookup<Item>('bob', 'item')
    const other = await carol.lookup<Item>('bob', 'item')
    const told: string[] = []
    alice.onBroken(one, () => told.push('alice'))
    bob.revoke(item, 'alice')
    expect(await rejection(one.say())).toMatchObject({ code: 'broken-reference' })
    expect(await other.say()).toBe('here')
    expect(bob.referrers(item)).toMatchObject([{ node: 'carol' }])
    bob.revoke(item)
    expect(await rejection(other.say())).toMatchObject({ code: 'broken-reference' })
    await until(() => told.length === 1)
    alice.onBroken(one, () => told.push('late'))
    await until(() => told.length === 2)
    expect(await (await alice.lookup<Item>('bob', 'item')).say()).toBe('here')
    bob.unpublish('item')
  })

  it('sees who holds too much, and refuses more', async () => {
    const alice = world.node('alice')
    const bob = world.node('bob', { quota: { held: 3, calls: 2 } })
    const { join } = await import('../support/face.js')
    await join(alice, bob)
    const kept: unknown[] = []
    const maker = byReference({ make: () => new Item(), wait: () => new Promise(() => {}) })
    bob.publish('maker', maker)
    const far = await alice.lookup<typeof maker>('bob', 'maker')
    kept.push(await far.make(), await far.make())
    expect(await rejection(far.make())).toMatchObject({ code: 'quota-held' })
    expect(bob.stats().sessions).toMatchObject([{ peer: 'alice', held: 3 }])
    void rejection(far.wait())
    void rejection(far.wait())
    expect(await rejection(far.wait())).toMatchObject({ code: 'quota-calls' })
    bob.unpublish('maker')
  })
})

describe('what is gone', () => {
  const world = useFaceWorld()

  it('is told of after the fact, in order, each once', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const told: string[] = []
    await (async () => {
      const first = new Item()
      const second = new Item()
      bob.reclaimed.register(first, 'first')
      bob.reclaimed.register(second, 'second')
      bob.onReclaimed(first, () => told.push('first'))
      bob.publish('first', first)
      await alice.lookup('bob', 'first')
    })()
    await collectGarbage()
    await bob.collectLocally()
    await until(() => bob.reclaimed.length === 1)
    expect([bob.reclaimed.take(), bob.reclaimed.take()]).toEqual(['second', undefined])
    bob.unpublish('first')
    await world.settle()
    await until(() => told.length === 1 && bob.reclaimed.length === 1)
    expect(bob.reclaimed.take()).toBe('first')
  })

  it('leaves a weak map by itself', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const notes = bob.weakMap<object, string>()
    const item = new Item()
    bob.publish('item', item)
    notes.set(item, 'mine')
    await (await alice.lookup<Item>('bob', 'item')).say()
    expect(notes.get(item)).toBe('mine')
    bob.unpublish('item')
  })
})

describe('the question who holds what', () => {
  const world = useFaceWorld()

  it('is answered with names and paths, across nodes', async () => {
    const [alice, bob, carol] = await world.mesh('alice', 'bob', 'carol')
    const shelf = new Shelf()
    bob.publish('shelf', shelf)
    await (async () => {
      const { far } = await itemFrom(alice, carol)
      await (await alice.lookup<Shelf>('bob', 'shelf')).put('al', far)
      const { id, reasons, silent } = await alice.explain(far)
      expect(id).toMatch(/^carol#\d+\/\d+$/)
      expect(silent).toEqual([])
      expect(reasons).toContain('alice: code')
      expect(reasons).toContain("bob: published name 'shelf' → Shelf.items['al']")
    })()
    const graph = await bob.graph('cluster')
    expect(graph.filterNodes((_, { className }) => className === 'Shelf')).toHaveLength(1)
    bob.unpublish('shelf')
  })

  it('finds a cycle, who takes part, and that nothing else keeps it', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const mine = new Item()
    await (async () => {
      const { far } = await itemFrom(alice, bob)
      mine.link(far)
      await far.link(mine)
    })()
    await collectGarbage()
    const { members, reasons } = await alice.cycles(mine)
    expect(members.map((member) => member.replace(/#.*? /, ' ')).sort()).toEqual(['alice Item', 'bob Item'])
    expect(reasons).toEqual(['alice: code'])
    expect(await rejection(alice.explain(new Item()))).toMatchObject({ code: 'unknown-object' })
  })

  it('is not answered to a node that is not trusted', async () => {
    const alice = world.node('alice', { coordinator: 'bob' })
    const bob = world.node('bob', { coordinator: 'bob' })
    const { join } = await import('../support/face.js')
    await join(alice, bob)
    const item = new Item()
    bob.publish('item', item)
    const far = await alice.lookup<Item>('bob', 'item')
    expect((await alice.explain(far)).silent).toEqual(['bob'])
    expect(await rejection(alice.bringOutYourDead('bob'))).toMatchObject({ code: 'untrusted' })
    await bob.bringOutYourDead('alice')
    expect(await far.say()).toBe('here')
    await sleep(0)
    bob.unpublish('item')
  })
})
