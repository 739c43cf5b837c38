/** One lease a session: what keeps it, what ends it, and what goes when. */
import { describe, expect, it } from 'vitest'
import { messagesIn } from './support/frames.js'
import { QUARANTINE_MS, Stage, TERM_MS } from './support/stage.js'
import { node } from './support/world.js'

/** What a collector of the world with faults computes from its lease. */
const HOLDER_TERM_MS = (TERM_MS * 0.99) / 1.01
const PING_AFTER_MS = HOLDER_TERM_MS / 3

/** alice's object is at bob, and nothing else holds it. */
function aliceAndBob(rates: Readonly<Record<string, number>> = {}): Stage {
  const stage = new Stage({ hasFaults: true, rates })
  const thing = stage.creates('alice')
  stage.gives('alice', thing, 'bob')
  stage.letsGo('alice', thing)
  return stage
}

describe('L1: a peer that falls silent', () => {
  it('L1: is given up within a term, and what it held goes a quarantine later, not before', () => {
    const stage = aliceAndBob()
    const { world } = stage
    const { collector, heap } = world.node('alice')
    stage.crashes('bob')
    stage.later(TERM_MS + 1)
    const [end] = world.told('alice', 'session-ended')
    expect(end.effect).toEqual({ type: 'session-ended', peer: 'bob', reason: 'lease-expired', error: null })
    expect(collector.tables).toMatchObject({ exports: 1, quarantined: 1 })
    stage.later(end.at + QUARANTINE_MS - 2 - world.now)
    expect(collector.tables).toMatchObject({ exports: 1, quarantined: 1 })
    expect(world.told('alice', 'released')).toEqual([])
    stage.later(2)
    expect(collector.tables).toMatchObject({ exports: 0, quarantined: 0 })
    expect(world.told('alice', 'expired').map(({ effect }) => effect)).toEqual([
      { type: 'expired', peer: 'bob', incarnation: 1 },
    ])
    expect(world.told('alice', 'released').map(({ effect }) => effect)).toEqual([
      { type: 'released', by: 'lease', objects: [0] },
    ])
    stage.collects('alice')
    expect(heap.objectCount).toBe(0)
    stage.endsWell()
  })

  const silences = [
    ['neither is heard', ['bob', 'alice'], ['alice', 'bob']],
    ['only the holder is not heard', ['bob', 'alice']],
    ['only the owner is not heard', ['alice', 'bob']],
  ] as const
  const rates = [
    ['on true clocks', {}],
    ["on the holder's slowest clock and the owner's fastest", { bob: 0.99, alice: 1.01 }],
  ] as const
  for (const [silence, ...wires] of silences) {
    for (const [clocks, rate] of rates) {
      it(`L4: the holder knows before the owner removes anything when ${silence}, ${clocks}`, () => {
        const stage = aliceAndBob(rate)
        const { world } = stage
        for (const [from, to] of wires) stage.holds(from, to)
        stage.later((QUARANTINE_MS + 2 * TERM_MS) * 1.02)
        const [known] = world.told('bob', 'session-ended')
        const [broken] = world.told('bob', 'broken')
        const [removed] = world.told('alice', 'released')
        expect(known.at).toBeLessThanOrEqual(TERM_MS * 1.02)
        expect(removed.at - known.at).toBeGreaterThan(QUARANTINE_MS / 1.03 - TERM_MS)
        // Having known it for long, the holder has given up, too.
        expect(broken.effect.imports).toEqual([0])
        stage.endsWell()
      })
    }
  }
})

describe('a session', () => {
  it('that is idle lives on by its pings, which are few', () => {
    const stage = aliceAndBob()
    const { world } = stage
    const before = sentBy(stage)
    const minute = 60_000
    stage.later(minute)
    expect(world.told('alice', 'session-ended')).toEqual([])
    expect(world.told('bob', 'session-ended')).toEqual([])
    const pings = 3 * Math.ceil(minute / PING_AFTER_MS)
    const { messages, frames } = sentBy(stage)
    expect(messages - before.messages).toBeLessThanOrEqual(pings)
    expect(messages - before.messages).toBeGreaterThan(pings / 2)
    // A frame for each ping, and at most one more for its acknowledgement.
    expect(frames - before.frames).toBeLessThanOrEqual(2 * pings)
    stage.endsWell()
  })

  it('that is busy needs no pings', () => {
    const stage = aliceAndBob()
    const { world } = stage
    let pings = 0
    world.onFrame = (_, frame) => {
      pings += messagesIn(frame).filter(({ type }) => type === 'dgc:ping').length
    }
    for (const other of ['carol', 'judge'] as const)
      for (const name of ['alice', 'bob'] as const) stage.parts(name, other)
    stage.parts('carol', 'judge')
    for (let message = 0; message < 100; message++) {
      world.send('alice', { node: 'bob' })
      world.send('bob', { node: 'alice' })
      stage.later(PING_AFTER_MS / 2)
    }
    expect(pings).toBe(0)
    expect(world.told('alice', 'session-ended').filter(({ effect }) => effect.peer === 'bob')).toEqual([])
  })

  it('whose node slept for less than a term goes on', () => {
    const stage = aliceAndBob()
    const { world } = stage
    stage.later(10 * TERM_MS)
    world.asleep.add('bob')
    stage.later(HOLDER_TERM_MS / 2)
    world.asleep.delete('bob')
    stage.later(10 * TERM_MS)
    expect(world.told('alice', 'session-ended')).toEqual([])
    expect(world.told('bob', 'session-ended')).toEqual([])
    stage.endsWell()
  })

  it('whose node slept for longer is replaced, and nothing is lost', () => {
    const stage = aliceAndBob()
    const { world } = stage
    const thing = stage.creates('bob')
    const held = stage.gives('bob', thing, 'alice')
    stage.letsGo('bob', thing)
    for (const sleeper of ['alice', 'bob'] as const) {
      world.asleep.add(sleeper)
      stage.later(5 * TERM_MS)
      world.asleep.delete(sleeper)
      stage.later(2 * TERM_MS)
      stage.checks()
    }
    expect(world.told('alice', 'session-ended').filter(({ effect }) => effect.peer === 'bob').length).toBeGreaterThan(1)
    expect(world.told('alice', 'broken')).toEqual([])
    expect(world.told('bob', 'broken')).toEqual([])
    stage.uses('alice', held)
    stage.allArrives('alice', 'bob')
    stage.endsWell()
  })

  it('is over for a node as soon as its view of it is, whether it has looked or not', () => {
    const stage = aliceAndBob()
    const { world } = stage
    const { collector, roots } = world.node('bob')
    stage.parts('alice', 'bob')
    const endsAt = collector.sessionWith(node('alice'))?.endsAt ?? Number.NaN
    stage.later(endsAt - 1 - world.now)
    // The deadline has passed; the driver comes to it late.
    world.asleep.add('bob')
    stage.later(1)
    expect(() => stage.uses('bob', roots[0])).toThrow(/no-session/)
    expect(() => stage.sends('bob', roots[0], 'carol')).toThrow(/suspended/)
    world.asleep.delete('bob')
    stage.endsWell()
  })
})

function sentBy(stage: Stage): { readonly messages: number; readonly frames: number } {
  const { messagesSent: messages, framesSent: frames } = stage.world.node('alice').collector.counts
  return { messages, frames }
}
