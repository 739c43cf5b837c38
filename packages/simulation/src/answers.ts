/** What a driver does about answers: gives them, vouches for what they carry until the caller has it, and gives up on the dead. */
import type { CollectorEffect } from '@holdfast/collector'
import type { OwedAnswer } from './answer-desk.js'
import { attempt } from './runtime.js'
import type { SimulatedNode } from './simulated-node.js'
import { Held, type Reference } from './thing.js'
import type { World } from './world.js'

const NOTHING = new Uint8Array(0)

/**
 * Answers a call, if that can be done now: in another session than the call's, the answer is nobody's.
 * @returns whether the call is done with
 */
export function answer(
  world: World,
  node: SimulatedNode,
  of: { owed: OwedAnswer; references: readonly Reference[] },
): boolean {
  const { owed, references } = of
  const place = node.desk.owed.indexOf(owed)
  const view = node.views[owed.from.place]
  const isSame = view !== null && view.peer === owed.from && view.number === owed.session
  if (!isSame) world.onFault?.('answer to the dead', [node, owed.from])
  const isSent = view !== null && send(world, node, { owed, to: view.peer, references })
  if (!isSent && isSame) return false
  node.desk.owed.splice(place, 1)
  return true
}

function send(
  world: World,
  node: SimulatedNode,
  { owed, to, references }: { owed: OwedAnswer; to: SimulatedNode; references: readonly Reference[] },
): boolean {
  const carried = references.map((reference) =>
    reference instanceof Held ? { import: reference.importId } : { object: reference.handle },
  )
  world.witness.draft = { number: letterOfAnswer(owed.call), to, target: null, references }
  const isSent = attempt(world, () =>
    world.step(node, { type: 'return', to: to.id, call: owed.call, references: carried, payload: NOTHING }),
  )
  world.witness.draft = null
  const session = node.collector.sessionWith(to.id)
  if (!isSent || session === null) return isSent
  for (const reference of references) node.heap.pin(reference.handle)
  node.desk.sent.push({ to, session: session.number, sequence: session.sent, references })
  return true
}

/** The number of the letter that answers a call. */
export const letterOfAnswer = (call: number): number => -call

/** What callers have received need not be vouched for any more, nor what no caller will. O(answers vouched for). */
export function settleAnswers(node: SimulatedNode): void {
  const { sent } = node.desk
  for (let index = sent.length - 1; index >= 0; index--) {
    const { to, session, sequence, references } = sent[index]
    const now = node.collector.sessionWith(to.id)
    const isOpen = now !== null && now.number === session && now.incarnation === to.incarnation
    if (isOpen && now.acknowledged < sequence) continue
    sent.splice(index, 1)
    for (const reference of references) node.heap.unpin(reference.handle)
  }
}

/** A session is over: no answers will come over it. */
export function sessionEnded(
  world: World,
  node: SimulatedNode,
  { peer, reason }: Extract<CollectorEffect, { type: 'session-ended' }>,
): void {
  node.desk.sessionEnded(peer)
  const other = world.find(peer)
  if (reason === 'queue-full') world.onFault?.('overload', other === null ? [node] : [node, other])
}
