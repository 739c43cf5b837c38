/**
 * How two nodes agree again on what one holds of the other: after a session has ended, and when a ping shows that they differ.
 * Source: docs/protocol.md, section 3, "Heal".
 */
import { type PingMessage, ProtocolError, type ReconcileMessage, type ReconcileOkMessage } from '@holdfast/core'
import type { ImportColumns } from '@holdfast/refcount'
import { answerBroken } from './broken.js'
import { sendGiftKey } from './gift-proofs.js'
import type { NodeState } from './node-state.js'
import { pieces } from './pieces.js'
import type { Remote } from './remotes.js'

const NOTHING = [0, 0] as const

/** Tells an owner what this node holds of it, in chunks. */
export function sendReconcile(state: NodeState, owner: Remote, { imports, ids }: ImportColumns): void {
  const { received } = owner
  const chunks = ids.length === 0 ? [NOTHING] : pieces(ids.length, state.idsPerMessage)
  for (const [start, end] of chunks) {
    const chunk = ids.subarray(start, end)
    const sequence = state.append(owner, { type: 'dgc:reconcile', ids: chunk, last: end === ids.length, received })
    if (sequence === 0) return
    for (let place = start; place < end; place++) state.imports.reconciled(imports[place], sequence)
  }
}

/** A holder tells what it holds, in the last message received from it. @throws ProtocolError before anything is changed */
export function receiveReconcile(state: NodeState, from: Remote, message: ReconcileMessage): void {
  const { received: sequence, index } = from
  if (message.received > state.sentTo(from)) {
    throw new ProtocolError('bad-received', 'a reconcile after a message that was never sent', {
      received: message.received,
    })
  }
  const since = from.reconcilingSince === 0 ? sequence : from.reconcilingSince
  from.reconcilingSince = message.last ? 0 : since
  const refused = state.exports.relist(message.ids, index, sequence)
  if (refused.length > 0) answerBroken(state, from, refused)
  if (refused.length < message.ids.length) sendGiftKey(state, from)
  // What was answered may not have fitted: then all that it is listed for is in quarantine once more, for the next session.
  if (!message.last || from.session === 0) return
  state.released('listing', state.exports.endReconcile(index, since, message.received))
  state.append(from, { type: 'dgc:reconcileOk', at: sequence })
}

/** The owner has listed what this node reconciled. @throws ProtocolError before anything is changed */
export function receiveReconcileOk(state: NodeState, from: Remote, { at }: ReconcileOkMessage): void {
  if (at > state.sentTo(from)) throw new ProtocolError('bad-at', 'an answer to what was never sent', { at })
  state.imports.confirm(from.index, at)
}

/** Renews the lease, and tells an owner what this node holds of it, for comparison. */
export function sendPing(state: NodeState, owner: Remote): void {
  state.append(owner, { type: 'dgc:ping', received: owner.received, ...state.imports.digestFrom(owner.index) })
}

/**
 * A holder tells what it holds: where it has received all that bears on that and yet differs, it is asked to reconcile.
 * @throws ProtocolError before anything is changed
 */
export function receivePing(state: NodeState, from: Remote, ping: PingMessage): void {
  if (ping.received > state.sentTo(from)) {
    throw new ProtocolError('bad-received', 'a ping after a message that was never sent', { received: ping.received })
  }
  if (ping.received < from.told || from.reconcilingSince !== 0) return
  const listed = state.exports.digestFor(from.index)
  if (listed === undefined || (listed.count === ping.count && listed.digest === ping.digest)) return
  state.counts.repairs++
  state.append(from, { type: 'dgc:pong' })
}

/** The owner has other rows for this node than it should. */
export function receivePong(state: NodeState, from: Remote): void {
  sendReconcile(state, from, state.imports.columnsFrom(from.index))
}
