/** How fast one peer may speak: an honest one is slowed down, one that does not stop is cut off, and nobody else notices. */
import { after, type Duration, type Instant, incarnation, LimitError, nodeId } from '@holdfast/core'
import { VirtualClock } from '@holdfast/transport'
import { MemoryNetwork } from '@holdfast/transport/memory'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Allowance, FramePace, type PaceLimits } from '../src/frame-pace.js'
import { HeapNode, type HeapNodeOptions } from '../src/index.js'

const pass = (clock: VirtualClock, ms: Duration): void => void clock.advanceTo(after(clock.now(), ms))

function paced(limits: PaceLimits) {
  const clock = new VirtualClock()
  const taken: { readonly at: Instant; readonly bytes: number }[] = []
  let overs = 0
  const context = {
    clock,
    deliver: (frame: Uint8Array) => {
      taken.push({ at: clock.now(), bytes: frame.length })
      return 1
    },
    onOver: () => overs++,
  }
  const pace = new FramePace(context, new Allowance(limits, clock.now()), limits)
  return { clock, pace, taken, overs: () => overs }
}

describe('frames that come faster than they may', () => {
  it('are taken in at the rate, in order, and none is lost', () => {
    const history = fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.constantFrom(0, 0, 0, 5, 700)), {
      maxLength: 80,
    })
    fc.assert(
      fc.property(history, (frames) => {
        const limits = { bytesPerSecond: 1000, messagesPerSecond: 20, burstMs: 500 }
        const { clock, pace, taken, overs } = paced(limits)
        for (const [bytes, wait] of frames) {
          pace.receive(new Uint8Array(bytes))
          pass(clock, wait)
        }
        pass(clock, 1_000_000)
        expect(taken.map(({ bytes }) => bytes)).toEqual(frames.map(([bytes]) => bytes))
        expect(overs()).toBe(0)
        for (let first = 0; first < taken.length; first++) {
          let bytes = 0
          for (let last = first; last < taken.length; last++) {
            const seconds: Duration = (taken[last].at - taken[first].at) / 1000
            // What was taken before the last of them: a burst, the rate, and one that had begun. Half a ms for rounding.
            expect(bytes).toBeLessThanOrEqual(500 + 1000 * seconds + 400 + 1)
            expect(last - first).toBeLessThanOrEqual(10 + 20 * seconds + 1 + 0.02)
            bytes += taken[last].bytes
          }
        }
      }),
    )
  })

  it('do not wait within a burst', () => {
    const { clock, pace, taken } = paced({ bytesPerSecond: 1000, burstMs: 2000 })
    for (let count = 0; count < 20; count++) pace.receive(new Uint8Array(100))
    expect(taken.length).toBe(20)
    pass(clock, 10)
    expect(taken.every(({ at }) => at === taken[0].at)).toBe(true)
  })

  it('end it all when more wait than may', () => {
    const { clock, pace, taken, overs } = paced({ bytesPerSecond: 1000, maxHeldBytes: 5000 })
    for (let count = 0; count < 100; count++) pace.receive(new Uint8Array(1000))
    expect(overs()).toBe(1)
    const before = taken.length
    pass(clock, 100_000)
    expect(taken.length).toBe(before)
  })

  it.each([{ bytesPerSecond: 0 }, { messagesPerSecond: -1 }, { burstMs: 0 }, { maxHeldBytes: Number.NaN }])(
    'cannot be limited by %j',
    (pace) => {
      const options = { node: nodeId('bob'), incarnation: incarnation(1), clock: new VirtualClock(), connect: () => {} }
      expect(() => new HeapNode({ ...options, pace })).toThrow(expect.objectContaining({ code: 'bad-quota' }))
    },
  )
})

describe('a node with a limit of rates', () => {
  const NOTHING = new Uint8Array(0)
  const RATE = 100_000

  function town(pace: PaceLimits) {
    const clock = new VirtualClock()
    const network = new MemoryNetwork({ clock })
    const ended: string[] = []
    const node = (name: string, options: Partial<HeapNodeOptions> = {}): HeapNode =>
      new HeapNode({ node: nodeId(name), incarnation: incarnation(1), clock, connect: () => {}, ...options })
    const bob = node('bob', {
      pace,
      onEffect: (effect) => {
        if (effect.type === 'session-ended') ended.push(`${effect.peer} ${effect.reason}`)
      },
    })
    const join = (peer: HeapNode): void => {
      const [near, far] = network.connect()
      bob.addLink(peer.name, near)
      peer.addLink(bob.name, far)
    }
    return { clock, bob, node, join, ended }
  }

  it('slows an honest peer down, whose calls are all answered, in its session', () => {
    const { clock, bob, node, join, ended } = town({ bytesPerSecond: RATE })
    const alice = node('alice')
    join(alice)
    pass(clock, 100)
    const began = clock.now()
    let lastAt = 0
    let answers = 0
    // Five seconds' worth.
    for (let count = 0; count < 50; count++) {
      alice.call({ to: { node: bob.name }, payload: new Uint8Array(RATE / 10) }, (answer) => {
        if (answer !== null) answers++
        lastAt = clock.now()
      })
    }
    pass(clock, 20_000)
    expect(answers).toBe(50)
    expect((lastAt - began) / 1000).toBeGreaterThan(3.5)
    expect((lastAt - began) / 1000).toBeLessThan(6)
    expect(ended).toEqual([])
  })

  it('cuts off one that goes on, by a code, and serves others as ever', () => {
    const { clock, bob, node, join, ended } = town({ bytesPerSecond: RATE, maxHeldBytes: 8 * RATE })
    const lost: (string | undefined)[] = []
    const told: string[] = []
    // It has more under way than anybody honest.
    const MIB = 1024 * 1024
    const limits = {
      maxFrameBytes: MIB,
      maxMessageBytes: MIB,
      maxUnackedBytes: 128 * MIB,
      maxReorderedBytes: MIB,
      windowBytes: 64 * MIB,
    }
    const mallory = node('mallory', {
      collector: { limits },
      onEffect: (effect) => {
        if (effect.type === 'session-ended') told.push(effect.reason)
      },
    })
    const carol = node('carol')
    join(mallory)
    join(carol)
    pass(clock, 100)
    let served = 0
    for (let count = 0; count < 200; count++) {
      try {
        mallory.call({ to: { node: bob.name }, payload: new Uint8Array(RATE / 10) }, (_, failure) =>
          lost.push(failure?.code),
        )
      } catch (error) {
        expect(error).toBeInstanceOf(LimitError)
      }
      carol.call({ to: { node: bob.name }, payload: NOTHING }, (answer) => {
        if (answer !== null) served++
      })
      pass(clock, 1)
    }
    pass(clock, 1000)
    expect(served).toBe(200)
    expect(ended).toEqual(['mallory quota-rate'])
    expect(lost).toContain('session-ended')
    expect(told).toEqual(['ended-by-peer'])
    expect(carol.sessionWith(bob.name)).not.toBeNull()
  })

  it('has not forgotten what a peer has taken when it comes again', () => {
    const { clock, bob, node, join } = town({ messagesPerSecond: 10 })
    const alice = node('alice')
    join(alice)
    pass(clock, 100)
    let answers = 0
    const call = (): void => {
      alice.call({ to: { node: bob.name }, payload: NOTHING }, (answer) => {
        if (answer !== null) answers++
      })
    }
    for (let count = 0; count < 60; count++) call()
    pass(clock, 500)
    expect(answers).toBeLessThan(20)
    // What is sent again comes in one frame, which is paid for afterwards.
    join(alice)
    pass(clock, 1500)
    expect(answers).toBe(60)
    join(alice)
    call()
    pass(clock, 1500)
    expect(answers).toBe(60)
    pass(clock, 10_000)
    expect(answers).toBe(61)
  })
})
