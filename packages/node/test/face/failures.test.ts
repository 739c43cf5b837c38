/** Peers that go away, come back, or are started anew; links that break. No call hangs, and nothing is lost that could be kept. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Managed } from '@holdfast/heap/managed'
import { describe, expect, it } from 'vitest'
import { byReference, inspect, type NodeEvent, type Remote, UnreachableError, within } from '../../src/index.js'
import { collectGarbage, join, rejection, until, useFaceWorld } from '../support/face.js'

class Counter extends Managed {
  count = 0
  add(more: number): number {
    this.count += more
    return this.count
  }
}

class Desk extends Managed {
  kept: Counter | Remote<Counter> | null = null
  keep(counter: Counter | Remote<Counter> | null): void {
    this.kept = counter
  }
  give(): Counter | Remote<Counter> | null {
    return this.kept
  }
}

describe('a link that breaks', () => {
  const world = useFaceWorld()

  it('and is replaced in time loses no call, and no reference', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const slow = byReference({ later: () => sleep(100, 'here') })
    bob.publish('slow', slow)
    const far = await alice.lookup<typeof slow>('bob', 'slow')
    const call = far.later()
    await sleep(10)
    alice.disconnect('bob')
    await join(alice, bob)
    expect(await call).toBe('here')
    expect(await far.later()).toBe('here')
    bob.unpublish('slow')
  })

  it('and is replaced later loses the call, and no reference', async () => {
    const options = { reconnectMs: 30, lease: { term: 400, drift: 0.01 } }
    const alice = world.node('alice', options)
    const bob = world.node('bob', options)
    await join(alice, bob)
    bob.publish('counter', new Counter())
    const slow = byReference({ never: () => new Promise(() => {}) })
    bob.publish('slow', slow)
    const counter = await alice.lookup<Counter>('bob', 'counter')
    const call = rejection((await alice.lookup<typeof slow>('bob', 'slow')).never())
    alice.disconnect('bob')
    expect(await call).toMatchObject({ code: 'session-ended' })
    expect(await rejection(counter.add(1))).toBeInstanceOf(UnreachableError)
    const back: NodeEvent[] = []
    alice.on('peer-up', (event) => back.push(event))
    await join(alice, bob)
    expect(await counter.add(1)).toBe(1)
    expect(back).toMatchObject([{ peer: 'bob', isBack: true }])
    for (const name of ['counter', 'slow']) bob.unpublish(name)
  })
})

describe('a peer that is gone', () => {
  const world = useFaceWorld()

  it('breaks what was held of it: each is told once, in order, and late askers at once', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    bob.publish('counter', new Counter())
    const counter = await alice.lookup<Counter>('bob', 'counter')
    const told: string[] = []
    alice.onBroken(counter, () => told.push('first'))
    alice.onBroken(counter, () => told.push('second'))
    const stop = alice.onBroken(counter, () => told.push('never'))
    stop()
    alice.on('peer-gone', ({ peer }) => told.push(peer))
    bob.close()
    await until(() => told.length === 3)
    expect(told.sort()).toEqual(['bob', 'first', 'second'])
    alice.onBroken(counter, () => told.push('late'))
    await until(() => told.length === 4)
    const call = counter.add(1)
    expect(await rejection(call)).toMatchObject({ code: 'broken-reference' })
    expect(inspect(call).state).toBe('broken')
    expect(alice.tables.imports).toBe(0)
  })

  it('and was started anew is another: calls to the old one reject, and its objects never stand for new ones', async () => {
    const alice = world.node('alice')
    const old = world.node('bob', { incarnation: 1 })
    await join(alice, old)
    old.publish('counter', new Counter())
    const slow = byReference({ never: () => new Promise(() => {}) })
    old.publish('slow', slow)
    const counter = await alice.lookup<Counter>('bob', 'counter')
    const call = rejection((await alice.lookup<typeof slow>('bob', 'slow')).never())
    const restarted: string[] = []
    alice.on('peer-restarted', ({ peer }) => restarted.push(peer))
    const fresh = world.node('bob', { incarnation: 2 })
    fresh.publish('counter', new Counter())
    await join(alice, fresh)
    expect(await call).toMatchObject({ code: 'peer-restarted' })
    expect(await rejection(counter.add(1))).toMatchObject({ code: 'broken-reference' })
    expect(restarted).toEqual(['bob'])
    expect(await (await alice.lookup<Counter>('bob', 'counter')).add(2)).toBe(2)
    fresh.unpublish('counter')
  })

  it('has what only it held freed, when its lease and quarantine are over', async () => {
    const options = { lease: { term: 60, drift: 0.01 }, reconnectMs: 10 }
    const alice = world.node('alice', options)
    const bob = world.node('bob', options)
    await join(alice, bob)
    const refs: WeakRef<Counter>[] = []
    await (async () => {
      const counter = new Counter()
      refs.push(new WeakRef(counter))
      bob.publish('counter', counter)
      const desk = new Desk()
      alice.publish('desk', desk)
      desk.keep(await alice.lookup<Counter>('bob', 'counter'))
    })()
    bob.unpublish('counter')
    await collectGarbage()
    expect(bob.tables.exports).toBe(1)
    alice.close()
    await until(() => bob.tables.exports === 0, 'the end of the quarantine')
    await collectGarbage()
    await bob.collectLocally()
    await collectGarbage()
    expect(refs[0].deref()).toBeUndefined()
  })
})

describe('two importers of one object', () => {
  const world = useFaceWorld()

  it('R7: one drops, the other keeps and sends it back to the first, then both drop', async () => {
    const [alice, bob, carol] = await world.mesh('alice', 'bob', 'carol')
    alice.publish('counter', new Counter())
    for (const node of [bob, carol]) node.publish('desk', new Desk())
    await (async () => {
      const counter = await bob.lookup<Counter>('alice', 'counter')
      await (await bob.lookup<Desk>('carol', 'desk')).keep(counter)
    })()
    alice.unpublish('counter')
    await world.settle({ exports: 1, imports: 1 })
    await (async () => {
      const back = (await (await bob.lookup<Desk>('carol', 'desk')).give()) as Remote<Counter>
      expect(await back.add(1)).toBe(1)
    })()
    await (await bob.lookup<Desk>('carol', 'desk')).keep(null)
    for (const node of [bob, carol]) node.unpublish('desk')
    await world.settle()
  })
})

describe('a future', () => {
  const world = useFaceWorld()

  it('says how it is: pending, fulfilled, rejected, timed out, broken', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const calc = byReference({
      add: (one: number, other: number) => one + other,
      fail: () => {
        throw new TypeError('no')
      },
      never: () => new Promise<void>(() => {}),
    })
    bob.publish('calc', calc)
    const far = await alice.lookup<typeof calc>('bob', 'calc')
    const sum = far.add(5, 3)
    expect(inspect(sum)).toEqual({ state: 'pending', value: undefined, error: undefined })
    await sum
    expect(inspect(sum)).toMatchObject({ state: 'fulfilled', value: 8 })
    const failed = far.fail()
    await rejection(failed)
    expect(inspect(failed)).toMatchObject({ state: 'rejected', error: { message: 'no' } })
    const late = within(far.never(), 10)
    await rejection(late)
    expect(inspect(late)).toMatchObject({ state: 'timed-out', error: { code: 'timed-out' } })
    const unknown = alice.lookup('bob', 'nothing')
    expect(await rejection(unknown)).toMatchObject({ code: 'unknown-name' })
    const wrong = (far as unknown as { nothing(): Promise<unknown> }).nothing()
    expect(await rejection(wrong)).toBeInstanceOf(TypeError)
    bob.unpublish('calc')
  })

  it('of a call that cannot be carried out when a part of its path is missing says so', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    bob.publish('desk', new Desk())
    const desk = await alice.lookup<Desk>('bob', 'desk')
    const message = await rejection((desk as unknown as { kept: { add(more: number): Promise<number> } }).kept.add(1))
    expect(message).toMatchObject({ message: 'there is no add of null' })
    bob.unpublish('desk')
  })
})
