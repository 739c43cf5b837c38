/** A gift waits for a session with its owner for a term, by the clock, whether anybody looks at deadlines or not. */
import { type ImportId, type Incarnation, instant, nodeId } from '@holdfast/core'
import { leaseTimes } from '@holdfast/lease'
import { expect, it } from 'vitest'
import { Collector, type CollectorEvent, type LocalReference, MAX_GIFT_DEPTH } from '../src/index.js'

const LEASE = { term: 1000, drift: 0.01 }
const { holderTerm } = leaseTimes(LEASE, MAX_GIFT_DEPTH)
const [ALICE, BOB, CAROL] = ['alice', 'bob', 'carol'].map(nodeId)

/** alice and bob are joined, and bob and carol; carol never steps `deadline`, so busy is she with her frames. */
function street() {
  const nodes = new Map(
    [ALICE, BOB, CAROL].map((node) => [node, new Collector({ node, incarnation: 1 as Incarnation, lease: LEASE })]),
  )
  const wire: { from: string; to: string; frame: Uint8Array }[] = []
  const arrived: LocalReference[] = []
  let now = 0
  const step = (name: string, event: CollectorEvent): void => {
    for (const effect of nodes.get(nodeId(name))?.step(event, instant(now)) ?? []) {
      if (effect.type === 'transmit') wire.push({ from: name, to: effect.peer, frame: effect.frame })
      if (effect.type === 'called') for (const each of effect.references) if (!('broken' in each)) arrived.push(each)
    }
  }
  const settle = (): void => {
    for (let next = wire.shift(); next !== undefined; next = wire.shift()) {
      step(next.to, { type: 'frame', peer: nodeId(next.from), frame: next.frame })
    }
  }
  const pass = (ms: number): void => {
    now += ms
    for (const name of [ALICE, BOB]) step(name, { type: 'deadline' })
    settle()
  }
  const send = (from: string, to: string, ...references: LocalReference[]): void => {
    step(from, { type: 'call', to: { node: nodeId(to) }, call: 0, references, payload: new Uint8Array(0) })
    settle()
  }
  for (const [from, to] of [
    [ALICE, BOB],
    [BOB, ALICE],
    [BOB, CAROL],
    [CAROL, BOB],
  ])
    step(from, { type: 'link-opened', peer: to, reliable: true })
  settle()
  send(ALICE, BOB, { object: 7 as never })
  const [atBob] = arrived.splice(0) as { readonly import: ImportId }[]
  send(BOB, CAROL, atBob)
  const [atCarol] = arrived.splice(0) as { readonly import: ImportId }[]
  return { send, pass, atCarol }
}

it('within the term it may be given on', () => {
  const { send, pass, atCarol } = street()
  pass(holderTerm / 2)
  expect(() => send(CAROL, BOB, atCarol)).not.toThrow()
})

it('after the term it may not, although its receiver is alive and nobody has told it that it broke', () => {
  const { send, pass, atCarol } = street()
  // Her session with bob lives: what she sends him is acknowledged.
  for (let quarter = 0; quarter < 5; quarter++) {
    send(CAROL, BOB)
    pass(holderTerm / 8)
    pass(holderTerm / 8)
  }
  expect(() => send(CAROL, BOB)).not.toThrow()
  expect(() => send(CAROL, BOB, atCarol)).toThrow(expect.objectContaining({ code: 'suspended' }))
})
