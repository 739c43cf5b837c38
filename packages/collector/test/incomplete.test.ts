/** A collector without the part that makes reports and judges them, as a browser has it until it is needed. */
import { type ImportId, type Incarnation, instant, nodeId, UsageError } from '@holdfast/core'
import { ObjectHeap } from '@holdfast/heap/object-heap'
import { describe, expect, it } from 'vitest'
import { coordination } from '../src/coordination.js'
import { Collector, CollectorCore, type CollectorEffect, type CollectorEvent } from '../src/index.js'

const [ALICE, BOB] = ['alice', 'bob'].map(nodeId)
const options = { incarnation: 1 as Incarnation, trusts: () => true }

/** alice lacks the part, bob is whole; frames go between them until there are none. */
function pair() {
  const alice = new CollectorCore({ node: ALICE, ...options })
  const bob = new Collector({ node: BOB, ...options })
  const collectors = { [ALICE]: alice, [BOB]: bob }
  const effects: Record<string, CollectorEffect[]> = { [ALICE]: [], [BOB]: [] }
  const frames: (() => void)[] = []
  const take = (at: string, event: CollectorEvent): void => {
    for (const effect of collectors[at].step(event, instant(0))) {
      effects[at].push(effect)
      if (effect.type !== 'transmit') continue
      const { peer, frame } = effect
      frames.push(() => take(peer, { type: 'frame', peer: nodeId(at), frame }))
    }
  }
  const step = (at: string, event: CollectorEvent): void => {
    take(at, event)
    for (let next = frames.shift(); next !== undefined; next = frames.shift()) next()
  }
  take(ALICE, { type: 'link-opened', peer: BOB, reliable: true })
  step(BOB, { type: 'link-opened', peer: ALICE, reliable: true })
  step(ALICE, { type: 'open-session', peer: BOB })
  const heap = new ObjectHeap()
  const report = (at: string, to: string): void => {
    step(at, { type: 'report', to: nodeId(to), ticket: collectors[at].beginReport(), trace: heap.trace([]) })
  }
  const typesAt = (at: string): string[] => effects[at].map(({ type }) => type).filter((type) => type !== 'transmit')
  return { alice, bob, step, report, heap, typesAt, effects }
}

describe('an incomplete collector', () => {
  it('passes over reports that it has not asked for, and the session goes on', () => {
    const { alice, report, typesAt } = pair()
    report(BOB, ALICE)
    expect(typesAt(ALICE)).toEqual(['session-opened'])
    expect(alice.isConnected(BOB)).toBe(true)
    // Control: a whole one takes it.
    const whole = pair()
    whole.alice.complete(coordination)
    whole.report(BOB, ALICE)
    expect(whole.typesAt(ALICE)).toEqual(['session-opened', 'reported'])
  })

  it('hands on what a coordinator wants, and takes part as soon as it is complete', () => {
    const { alice, step, report, typesAt, effects } = pair()
    step(BOB, { type: 'begin-round', nodes: [ALICE, BOB] })
    expect(typesAt(ALICE)).toContain('bring-out-your-dead')
    expect(() => report(ALICE, BOB)).toThrow(UsageError)
    alice.complete(coordination)
    report(ALICE, BOB)
    report(BOB, BOB)
    expect(effects[BOB].find(({ type }) => type === 'judged')).toMatchObject({ missing: [] })
  })

  it('applies the verdict of a coordinator in its turn', () => {
    const { alice, bob, step, heap, typesAt } = pair()
    const object = heap.create()
    step(ALICE, { type: 'call', to: { node: BOB }, call: 1, references: [{ object }], payload: new Uint8Array(0) })
    heap.unpin(object)
    alice.complete(coordination)
    step(BOB, { type: 'begin-round', nodes: [ALICE, BOB] })
    const trace = () => heap.trace([])
    step(ALICE, { type: 'report', to: BOB, ticket: alice.beginReport(), trace: trace() })
    const bobHeap = new ObjectHeap()
    const imported = bobHeap.importHandle(0 as ImportId)
    bobHeap.unpin(imported)
    step(BOB, { type: 'report', to: BOB, ticket: bob.beginReport(), trace: bobHeap.trace([]) })
    expect(typesAt(ALICE)).toContain('released')
    expect(alice.counts.verdictsApplied).toBe(1)
  })

  it('says what is missing when a round is to begin', () => {
    const { alice } = pair()
    expect(() => alice.step({ type: 'begin-round', nodes: [ALICE] }, instant(0))).toThrow(/complete\(\)/)
  })
})
