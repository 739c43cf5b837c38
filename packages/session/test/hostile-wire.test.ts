import { Random } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LOSSLESS_TIMING, type SessionLimits } from '../src/limits.js'
import { Endpoint, type EndpointOptions } from './support/endpoint.js'
import { HostileWire } from './support/hostile-wire.js'

/** `HOLDFAST_RUNS=5000 npx vitest run hostile-wire` looks longer. */
const RUNS = Number(process.env['HOLDFAST_RUNS'] ?? 100)

const LIMITS: SessionLimits = {
  maxFrameBytes: 256,
  maxMessageBytes: 4000,
  maxUnackedBytes: 12_000,
  maxReorderedBytes: 1500,
  windowBytes: 2000,
}
const TIMING = { retransmitAfter: 50, maxRetransmitAfter: 400, ackDelay: 10 }

/** What one end has sent and got in one session, by the session's key. */
class Log {
  readonly sent = new Map<string, Uint8Array[]>()
  readonly delivered = new Map<string, Uint8Array[]>()
  key = ''

  static add(to: Map<string, Uint8Array[]>, key: string, bytes: Uint8Array): void {
    const list = to.get(key)
    if (list === undefined) to.set(key, [bytes])
    else list.push(bytes)
  }
}

/** Reads what an endpoint told into its log; the key names both incarnations, so that it is the same at both ends. */
function read(end: Endpoint, log: Log, mine: number, iAmA: boolean): void {
  for (const event of end.events.splice(0)) {
    if (event.type === 'established') {
      const pair = iAmA ? [mine, event.incarnation] : [event.incarnation, mine]
      log.key = `${pair.join('-')}-${event.number}`
    } else if (event.type === 'message') Log.add(log.delivered, log.key, event.bytes)
  }
}

function expectPrefix(delivered: Map<string, Uint8Array[]>, sent: Map<string, Uint8Array[]>): void {
  for (const [key, messages] of delivered) {
    const all = sent.get(key) ?? []
    expect(messages.length).toBeLessThanOrEqual(all.length)
    for (const [index, message] of messages.entries()) {
      if (Buffer.compare(message, all[index]) !== 0) throw new Error(`session ${key}: message ${index} is another`)
    }
  }
}

interface Run {
  readonly seed: number
  readonly loss: number
  readonly duplication: number
  readonly delay: number
  /** Probability a round that the link is cut. */
  readonly cuts: number
  /** Probability a round that b starts anew, and that either end ends the session. */
  readonly ends: number
  /** Nothing is lost, repeated or reordered while the link is open. */
  readonly ordered: boolean
}

class Scenario {
  readonly random: Random
  readonly wire: HostileWire
  readonly logs = { a: new Log(), b: new Log() }
  readonly run: Run
  incarnationOfB = 1
  linked = true

  constructor(run: Run) {
    this.run = run
    this.random = new Random(run.seed)
    const a = new Endpoint({ ...this.options, node: 'alice', peer: 'bob' })
    const b = new Endpoint({ ...this.options, node: 'bob', peer: 'alice' })
    this.wire = new HostileWire({ a, b }, this.random, run)
    this.wire.open()
  }

  get options(): Partial<EndpointOptions> {
    return { limits: LIMITS, timing: this.run.ordered ? LOSSLESS_TIMING : TIMING }
  }

  say(who: 'a' | 'b'): void {
    const { channel } = this.wire[who]
    if (channel.state !== 'open') return
    const bytes = new Uint8Array(this.random.chance(0.1) ? this.random.below(4001) : this.random.below(40))
    for (let at = 0; at < bytes.length; at++) bytes[at] = this.random.below(256)
    try {
      channel.append(bytes.slice())
    } catch (error) {
      expect(error).toMatchObject({ code: 'unacked-bytes' })
      return
    }
    Log.add(this.logs[who].sent, this.logs[who].key, bytes)
  }

  read(): void {
    read(this.wire.a, this.logs.a, 1, true)
    read(this.wire.b, this.logs.b, this.incarnationOfB, false)
    for (const { channel } of [this.wire.a, this.wire.b]) {
      expect(channel.reorderedBytes).toBeLessThanOrEqual(LIMITS.maxReorderedBytes)
      expect(channel.unackedBytes).toBeLessThanOrEqual(LIMITS.maxUnackedBytes)
    }
  }

  disturb(): void {
    const { random, wire, run } = this
    if (random.chance(run.ends)) {
      wire.cut()
      this.linked = false
      wire.b = new Endpoint({ ...this.options, node: 'bob', peer: 'alice', incarnation: ++this.incarnationOfB })
    }
    if (this.linked && random.chance(run.ends)) {
      const { channel, events } = random.pick([wire.a, wire.b])
      events.push(...channel.end('tired'))
      channel.open(wire.now)
    }
    if (this.linked && random.chance(run.cuts)) {
      wire.cut()
      this.linked = false
    } else if (!this.linked && random.chance(0.5)) {
      wire.open()
      this.linked = true
    }
  }

  play(rounds: number): void {
    for (let round = 0; round < rounds; round++) {
      for (let count = this.random.below(6); count > 0; count--) {
        this.say(this.random.pick(['a', 'b'] as const))
      }
      this.wire.flush()
      this.wire.runUntil(this.wire.now + this.random.below(60))
      this.read()
      this.disturb()
    }
    if (!this.linked) this.wire.open()
    if (!this.run.ordered) this.wire.weather = { loss: 0.2, duplication: 0.1, delay: 30 }
    this.wire.settle(200_000)
    this.read()
  }
}

const chance = (max: number) => fc.double({ min: 0, max, noNaN: true })
const run = ({ ends, ordered }: { ends: number; ordered: boolean }) =>
  fc.record({
    seed: fc.integer({ min: 1 }),
    loss: chance(ordered ? 0 : 0.4),
    duplication: chance(ordered ? 0 : 0.4),
    delay: fc.integer({ min: 0, max: 120 }),
    cuts: chance(0.2),
    ends: fc.constant(ends),
    ordered: fc.constant(ordered),
  })

/** Everything sent has arrived at both ends, in one session, and neither has anything left to say or to keep. */
function expectAllAndQuiet({ wire, logs }: Scenario): void {
  for (const [from, to] of [
    [logs.a, logs.b],
    [logs.b, logs.a],
  ] as const) {
    expectPrefix(to.delivered, from.sent)
    const counts = (lists: Map<string, Uint8Array[]>) => [...lists].map(([key, list]) => [key, list.length])
    expect(counts(to.delivered)).toEqual(counts(from.sent))
    expect(from.sent.size).toBeLessThanOrEqual(1)
  }
  for (const { channel } of [wire.a, wire.b]) {
    expect(channel.nextDeadline()).toBeNull()
    expect(channel.unackedBytes + channel.reorderedBytes).toBe(0)
    expect(channel.acknowledged).toBe(channel.sent)
  }
  expect([wire.a.flush(wire.now), wire.b.flush(wire.now)]).toEqual([[], []])
}

/** Each session delivered a prefix of what was sent in it; the last one, which both have, all. */
function expectPrefixesAndLast({ wire, logs }: Scenario): void {
  expectPrefix(logs.b.delivered, logs.a.sent)
  expectPrefix(logs.a.delivered, logs.b.sent)
  expect([wire.a.channel.state, wire.b.channel.state]).toEqual(['open', 'open'])
  expect(logs.a.key).toBe(logs.b.key)
  const { key } = logs.a
  expect(logs.b.delivered.get(key)?.length).toBe(logs.a.sent.get(key)?.length)
  expect(logs.a.delivered.get(key)?.length).toBe(logs.b.sent.get(key)?.length)
}

describe.each([
  { ordered: false, wire: 'a wire that loses, repeats, reorders and is cut' },
  { ordered: true, wire: 'a wire that loses nothing but when it is cut, without any timer' },
])('on $wire', ({ ordered }) => {
  const check = (ends: number, rounds: number, expectation: (scenario: Scenario) => void) =>
    fc.assert(
      fc.property(run({ ends, ordered }), (parameters) => {
        const scenario = new Scenario(parameters)
        scenario.play(rounds)
        expectation(scenario)
      }),
      { numRuns: RUNS },
    )

  test('every message arrives once, in order and whole, and then both ends are quiet', () => {
    check(0, 60, expectAllAndQuiet)
  })

  test('with restarts and ends, each session delivers a prefix of what was sent in it, and the last one all', () => {
    check(0.05, 80, expectPrefixesAndLast)
  })
})
