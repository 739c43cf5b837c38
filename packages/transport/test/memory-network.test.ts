import { after, instant } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Link } from '../src/link.js'
import { type Faults, MemoryNetwork } from '../src/memory/index.js'
import { VirtualClock } from '../src/virtual-clock.js'

function world(faults: Faults = {}, seed = 1) {
  const clock = new VirtualClock()
  const network = new MemoryNetwork({ clock, seed, faults, maxBacklogBytes: 1000 })
  const [a, b] = network.connect()
  const log: string[] = []
  const listen = (name: string, link: Link) =>
    link.start({
      onFrame: (frame) => log.push(`${name} ${String(frame)}@${clock.now()}`),
      onClose: (reason) => log.push(`${name} ${reason}@${clock.now()}`),
    })
  listen('a', a)
  listen('b', b)
  return { clock, network, a, b, log }
}

/** The 32-bit number `value` as a frame of four bytes. */
const numbered = (value: number) => new Uint8Array(Uint32Array.of(value).buffer)
const numberOf = (frame: Uint8Array) => new DataView(frame.buffer).getUint32(0, true)

function sendMany(faults: Faults, count: number) {
  const clock = new VirtualClock()
  const network = new MemoryNetwork({ clock, seed: 42, faults })
  const [a, b] = network.connect()
  const arrived: { number: number; at: number }[] = []
  b.start({ onFrame: (frame) => arrived.push({ number: numberOf(frame), at: clock.now() }), onClose: () => {} })
  for (let value = 0; value < count; value++) a.send(numbered(value))
  clock.runUntilIdle()
  return { arrived, counters: network.counters }
}

describe('MemoryNetwork: faults', () => {
  test('loses the share it is told to', () => {
    const { arrived, counters } = sendMany({ loss: 0.25 }, 40_000)
    // Five standard deviations of a binomial: √(40,000 · ¼ · ¾) ≈ 87.
    expect(Math.abs(counters.lost - 10_000)).toBeLessThan(435)
    expect(counters).toEqual({ ...counters, frames: 40_000, bytes: 160_000, delivered: 40_000 - counters.lost })
    expect(arrived.length).toBe(counters.delivered)
  })

  test('the first frame is lost no more often than the others, over small seeds too', () => {
    let lost = 0
    for (let seed = 1; seed <= 1000; seed++) {
      const { network, a } = world({ loss: 0.25 }, seed)
      a.send(Uint8Array.of(1))
      lost += network.counters.lost
    }
    // Five standard deviations: √(1,000 · ¼ · ¾) ≈ 14.
    expect(Math.abs(lost - 250)).toBeLessThan(70)
  })

  test('repeats the share it is told to, each copy once', () => {
    const { arrived, counters } = sendMany({ duplication: 0.1 }, 40_000)
    // √(40,000 · 0.1 · 0.9) = 60.
    expect(Math.abs(counters.duplicated - 4_000)).toBeLessThan(300)
    const copies = new Map<number, number>()
    for (const { number } of arrived) copies.set(number, (copies.get(number) ?? 0) + 1)
    expect([...copies.values()].filter((count) => count === 2).length).toBe(counters.duplicated)
    expect([copies.size, Math.max(...copies.values()), counters.lost]).toEqual([40_000, 2, 0])
  })

  test('delays are uniform between their bounds and reorder', () => {
    const { arrived } = sendMany({ delay: { min: 10, max: 30 } }, 10_000)
    const delays = arrived.map(({ at }) => at)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(10)
    expect(Math.max(...delays)).toBeLessThanOrEqual(30)
    const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length
    // Five standard errors: 20 / √12 / √10,000 ≈ 0.06.
    expect(Math.abs(mean - 20)).toBeLessThan(0.3)
    expect(arrived.filter(({ number }, index) => number !== index).length).toBeGreaterThan(9_000)
  })

  test('ordered delays vary and keep the order', () => {
    const { clock, a, log } = world({ delay: { min: 0, max: 100 }, ordered: true })
    for (let value = 0; value < 100; value++) clock.schedule(instant(value), () => a.send(Uint8Array.of(value)))
    clock.runUntilIdle()
    expect(log.map((line) => Number(line.split(/[ @]/)[1]))).toEqual(Array.from({ length: 100 }, (_, value) => value))
    expect(new Set(log.map((line) => line.split('@')[1])).size).toBeGreaterThan(10)
  })

  test.each<[Faults, boolean]>([
    [{}, true],
    [{ delay: { min: 3, max: 3 } }, true],
    [{ delay: { min: 3, max: 4 }, ordered: true }, true],
    [{ delay: { min: 3, max: 4 } }, false],
    [{ loss: 0.01, ordered: true }, false],
    [{ duplication: 0.01, ordered: true }, false],
  ])('faults %j make a link whose reliable is %s', (faults, reliable) => {
    const { a, b } = world(faults)
    expect([a.reliable, b.reliable]).toEqual([reliable, reliable])
  })

  test.each<Faults>([
    { loss: 1.5 },
    { loss: Number.NaN },
    { duplication: -0.1 },
    { delay: { min: 2, max: 1 } },
    { delay: { min: -1, max: 1 } },
    { delay: { min: 0, max: Number.POSITIVE_INFINITY } },
  ])('faults %j are refused', (faults) => {
    expect(() => world(faults)).toThrow(expect.objectContaining({ name: 'UsageError', code: 'faults' }))
  })
})

describe('MemoryNetwork: partitions and breaks', () => {
  test('a blocked direction of an unreliable link loses what is sent and what is under way; the other one works', () => {
    const { clock, network, a, b, log } = world({ delay: { min: 10, max: 11 } })
    a.send(Uint8Array.of(1))
    clock.advanceTo(instant(5))
    a.block()
    b.send(Uint8Array.of(3))
    clock.advanceTo(instant(12))
    a.send(Uint8Array.of(2))
    a.unblock()
    a.send(Uint8Array.of(4))
    clock.runUntilIdle()
    expect(log.map((line) => line.split('@')[0])).toEqual(['a 3', 'b 4'])
    expect(network.counters).toEqual({ frames: 4, bytes: 4, delivered: 2, lost: 2, duplicated: 0 })
  })

  test('a blocked direction of a reliable link holds back, and keeps the order when unblocked', () => {
    const { clock, a, log } = world({ delay: { min: 10, max: 10 } })
    a.send(Uint8Array.of(1))
    a.block()
    a.send(Uint8Array.of(2))
    clock.advanceTo(instant(40))
    expect(log).toEqual([])
    // The third frame arrives after the block is lifted and before the others are let go.
    clock.schedule(instant(50), () => a.unblock())
    a.send(Uint8Array.of(3))
    clock.advanceTo(instant(45))
    a.unblock()
    a.block()
    clock.advanceTo(instant(46))
    expect(log).toEqual([])
    clock.runUntilIdle()
    expect(log).toEqual(['b 1@50', 'b 2@50', 'b 3@50'])
  })

  test.each<Faults>([{}, { loss: 0.5 }])('news of a close waits behind a block (faults %j)', (faults) => {
    const { clock, a, log } = world(faults)
    a.block()
    a.close()
    clock.advanceTo(instant(10))
    expect(log).toEqual(['a closed-here@0'])
    a.unblock()
    clock.runUntilIdle()
    expect(log).toEqual(['a closed-here@0', 'b closed-by-peer@10'])
  })

  test('a severed connection loses what is under way and tells both ends', () => {
    const { clock, network, a, b, log } = world({ delay: { min: 10, max: 10 } })
    a.send(Uint8Array.of(1))
    b.block()
    b.send(Uint8Array.of(2))
    clock.advanceTo(instant(10))
    a.send(Uint8Array.of(3))
    a.sever()
    a.send(Uint8Array.of(4))
    b.unblock()
    clock.runUntilIdle()
    expect(log).toEqual(['b 1@10', 'a connection-lost@10', 'b connection-lost@10'])
    expect(network.counters).toEqual({ frames: 3, bytes: 3, delivered: 1, lost: 2, duplicated: 0 })
  })

  test('an end that is never started ends when too much is kept, and tells its peer', () => {
    const clock = new VirtualClock()
    const [a, b] = new MemoryNetwork({ clock, maxBacklogBytes: 1000 }).connect()
    const reasons: string[] = []
    a.start({ onFrame: () => {}, onClose: (reason) => reasons.push(`a ${reason}`) })
    for (let count = 0; count < 5; count++) a.send(new Uint8Array(200))
    clock.runUntilIdle()
    let kept = 0
    b.start({ onFrame: () => kept++, onClose: (reason) => reasons.push(`b ${reason}`) })
    clock.runUntilIdle()
    expect([kept, reasons]).toEqual([3, ['a closed-by-peer', 'b backlog-full']])
  })
})

describe('MemoryNetwork: determinism and accounts', () => {
  const operation = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('send' as const), end: fc.nat(1), byte: fc.nat(255) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(20) }) },
    fc.record({ kind: fc.constantFrom('block', 'unblock', 'close', 'sever'), end: fc.nat(1) }),
  )
  const faults = fc.record({
    loss: fc.constantFrom(0, 0.3),
    duplication: fc.constantFrom(0, 0.3),
    delay: fc.constantFrom({ min: 0, max: 0 }, { min: 0, max: 30 }),
    ordered: fc.boolean(),
  })
  type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

  function trace(seed: number, chosen: Faults, operations: readonly Operation[]) {
    const { clock, network, a, b, log } = world(chosen, seed)
    for (const step of operations) {
      if (step.kind === 'wait') {
        clock.advanceTo(after(clock.now(), 'ms' in step ? step.ms : 0))
        continue
      }
      const link = 'end' in step && step.end === 0 ? a : b
      if (step.kind === 'send') link.send(Uint8Array.of('byte' in step ? step.byte : 0))
      else link[step.kind]()
    }
    a.unblock()
    b.unblock()
    clock.runUntilIdle()
    a.close()
    b.close()
    clock.runUntilIdle()
    return { log, counters: network.counters }
  }

  test('the same seed and calls give the same trace; at rest every copy is delivered or lost', () => {
    fc.assert(
      fc.property(fc.nat(), faults, fc.array(operation, { maxLength: 60, size: 'max' }), (seed, chosen, operations) => {
        const first = trace(seed, chosen, operations)
        expect(trace(seed, chosen, operations)).toEqual(first)
        const { frames, duplicated, delivered, lost } = first.counters
        expect(frames + duplicated).toBe(delivered + lost)
        expect(first.log.filter((line) => /^a [a-z]/.test(line)).length).toBe(1)
        expect(first.log.filter((line) => /^b [a-z]/.test(line)).length).toBe(1)
      }),
      { numRuns: 300 },
    )
  })

  test('another seed gives another trace', () => {
    const operations: Operation[] = Array.from({ length: 30 }, (_, byte) => ({ kind: 'send', end: 0, byte }))
    const chosen = { loss: 0.3, delay: { min: 0, max: 10 } }
    expect(trace(1, chosen, operations).log).not.toEqual(trace(2, chosen, operations).log)
  })
})
