/** What travels by reference: functions, streams, signals, third nodes; what happens when something is in the way. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Managed } from '@holdfast/heap/managed'
import { describe, expect, it } from 'vitest'
import { assign, byReference, calling, type Remote, TimedOutError } from '../../src/index.js'
import { collectGarbage, join, rejection, until, useFaceWorld } from '../support/face.js'

class Counter extends Managed {
  count = 0
  add(more: number): number {
    this.count += more
    return this.count
  }
}

describe('references in calls', () => {
  const world = useFaceWorld()

  it('lets functions be called from the other side, with the same proxy each time', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const seen: unknown[] = []
    const hub = byReference({
      listen: (callback: (value: number) => string) => {
        seen.push(callback)
        return callback(7)
      },
    })
    bob.publish('hub', hub)
    // In a function of its own: what it has in hand is gone when it returns.
    await (async () => {
      const far = await alice.lookup<typeof hub>('bob', 'hub')
      const callback = (value: number): string => `got ${value}`
      expect(await far.listen(callback)).toBe('got 7')
      expect(await far.listen(callback)).toBe('got 7')
      expect(seen[0]).toBe(seen[1])
      expect(typeof seen[0]).toBe('function')
      seen.length = 0
    })()
    bob.unpublish('hub')
    await world.settle()
  })

  it('calls back without a deadlock while its own call is under way', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const ping = byReference({
      run: async (depth: number, other: { run(depth: number, back: unknown): PromiseLike<number> }): Promise<number> =>
        depth === 0 ? 0 : 1 + (await other.run(depth - 1, ping)),
    })
    bob.publish('ping', ping)
    const mine = byReference({
      run: async (depth: number, other: Remote<typeof ping>): Promise<number> =>
        depth === 0 ? 0 : 1 + (await other.run(depth - 1, mine as never)),
    })
    const far = await alice.lookup<typeof ping>('bob', 'ping')
    expect(await far.run(6, mine as never)).toBe(6)
    bob.unpublish('ping')
  })

  it('streams values as they are read, and ends the producer when the reader stops', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const state = { produced: 0, ended: false }
    const source = byReference({
      async *count() {
        try {
          for (let value = 0; value < 100_000; value++) {
            state.produced++
            yield value
          }
        } finally {
          state.ended = true
        }
      },
      async *fail() {
        yield 1
        throw new RangeError('enough')
      },
    })
    bob.publish('source', source)
    // In a function of its own: what it has in hand is gone when it returns.
    await (async () => {
      const far = await alice.lookup<typeof source>('bob', 'source')
      const read: unknown[] = []
      for await (const value of far.count()) {
        read.push(value)
        if (read.length === 100) break
      }
      expect(read).toEqual(Array.from({ length: 100 }, (_, index) => index))
      await until(() => state.ended)
      expect(state.produced).toBeLessThan(1000)
      const values: unknown[] = []
      const error = await rejection(
        (async () => {
          for await (const value of far.fail()) values.push(value)
        })(),
      )
      expect(values).toEqual([1])
      expect(error).toBeInstanceOf(RangeError)
    })()
    bob.unpublish('source')
    await world.settle()
  })

  it('tells the callee when the caller has given up', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const state: { signal?: AbortSignal } = {}
    const slow = byReference({
      wait: (signal: AbortSignal) => {
        state.signal = signal
        return new Promise(() => {})
      },
      never: () => new Promise(() => {}),
    })
    bob.publish('slow', slow)
    const far = await alice.lookup<typeof slow>('bob', 'slow')
    const controller = new AbortController()
    const call = rejection(far.wait(controller.signal))
    await until(() => state.signal !== undefined)
    controller.abort(new Error('changed my mind'))
    expect(await call).toMatchObject({ message: 'changed my mind' })
    await until(() => state.signal?.aborted === true)
    expect(await rejection(calling(far, { timeoutMs: 20 }).never())).toBeInstanceOf(TimedOutError)
    bob.unpublish('slow')
  })

  it('sets fields when asked to, and by no assignment', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    bob.publish('counter', new Counter())
    const far = await alice.lookup<Counter>('bob', 'counter')
    await assign(far, { count: 5 })
    expect(await far.count).toBe(5)
    expect(() => {
      ;(far as { count: unknown }).count = 6
    }).toThrow(TypeError)
    expect(await rejection(assign(far, { nothing: 1 } as never))).toBeInstanceOf(TypeError)
    bob.unpublish('counter')
  })

  it('refuses what every object has', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    bob.publish('counter', new Counter())
    const far = (await alice.lookup<Counter>('bob', 'counter')) as unknown as Record<string, () => PromiseLike<unknown>>
    for (const name of ['constructor', '__proto__', 'hasOwnProperty', '__defineGetter__']) {
      expect(await rejection(far[name]())).toBeInstanceOf(TypeError)
    }
    bob.unpublish('counter')
  })

  it('grants nothing when a message cannot be encoded', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const sink = byReference({ take: () => 1, give: () => [new Counter(), new WeakMap()] })
    bob.publish('sink', sink)
    // In a function of its own: what it has in hand is gone when it returns.
    await (async () => {
      const far = (await alice.lookup('bob', 'sink')) as unknown as Record<
        string,
        (...args: unknown[]) => PromiseLike<unknown>
      >
      expect(await rejection(far['take'](new Counter(), { deep: [new WeakMap()] }))).toMatchObject({
        code: 'not-clonable',
        data: { path: 'arguments[1].deep[0]' },
      })
      expect(await rejection(far['give']())).toMatchObject({ code: 'not-clonable' })
      expect(alice.tables.exports).toBe(0)
      expect(bob.tables.exports).toBe(1)
    })()
    bob.unpublish('sink')
    await world.settle()
  })
})

describe('a reference that is passed on', () => {
  const world = useFaceWorld()

  it('works between the two others, and after its gifter is gone', async () => {
    const alice = world.node('alice')
    const hub = world.node('hub')
    const carol = world.node('carol')
    await join(alice, hub)
    await join(hub, carol)
    const kept: Remote<Counter>[] = []
    carol.publish('box', byReference({ put: (counter: Remote<Counter>) => void kept.push(counter) }))
    alice.publish('counter', new Counter())
    const counter = await hub.lookup<Counter>('alice', 'counter')
    const box = await hub.lookup<{ put(counter: unknown): void }>('carol', 'box')
    await box.put(counter)
    expect(await kept[0].add(2)).toBe(2)
    hub.close()
    expect(await kept[0].add(3)).toBe(5)
    kept.length = 0
    alice.unpublish('counter')
    carol.unpublish('box')
  })
})

describe('calls that cannot be answered', () => {
  const world = useFaceWorld()

  it('reject when the peer closes in the middle, and so do later ones', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const slow = byReference({ never: () => new Promise(() => {}) })
    bob.publish('slow', slow)
    const far = await alice.lookup<typeof slow>('bob', 'slow')
    const call = rejection(calling(far, { timeoutMs: 3000 }).never())
    await sleep(20)
    bob.close()
    expect(await call).toMatchObject({ code: 'session-ended' })
  })

  it('reject at once for a node that nobody knows', async () => {
    const [alice] = await world.mesh('alice', 'bob')
    const begun = performance.now()
    expect(await rejection(alice.lookup('nobody', 'x'))).toMatchObject({ code: 'unreachable' })
    expect(performance.now() - begun).toBeLessThan(2000)
  })

  it('loses nothing when V8 collects between request and response', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const state = { release: (): void => {} }
    const box = byReference({
      hold: async (counter: Remote<Counter>) => {
        await new Promise<void>((resolve) => {
          state.release = resolve
        })
        return counter.add(1)
      },
    })
    bob.publish('box', box)
    // In a function of its own: what it has in hand is gone when it returns.
    await (async () => {
      const far = await alice.lookup<typeof box>('bob', 'box')
      for (let round = 0; round < 20; round++) {
        const answer = far.hold(new Counter())
        await collectGarbage()
        await Promise.all([alice.collectLocally(), bob.collectLocally()])
        state.release()
        expect(await answer).toBe(1)
      }
    })()
    bob.unpublish('box')
    await world.settle()
  })
})
