/** An owner takes back what it gave: the export goes, or one holder's row of it, whatever the holders think. */
import { type NodeId, type ObjectKey, UsageError } from '@holdfast/core'
import { answerBroken } from './broken.js'
import type { NodeState } from './node-state.js'

/**
 * From now on the object is broken for those that held it; granted again, it has another export id. Nothing if nobody holds it.
 * O(holders).
 * @param holder the one node to take it from; all when left out
 * @throws UsageError `no-session` when the one node has none: it could claim in the next what it holds
 */
export function revoke(state: NodeState, object: ObjectKey, holder: NodeId | undefined): void {
  const id = state.exports.exportOf(object)
  if (id === undefined) return
  if (holder === undefined) {
    const remotes = state.exports.holdersOf(id).map((index) => state.remotes.at(index))
    state.released('revocation', state.exports.sweep([id], [state.exports.versionOf(id)]) ?? [])
    for (const remote of remotes) answerBroken(state, remote, [id])
    return
  }
  const remote = state.remotes.findPeer(holder)?.remote ?? null
  if (remote === null)
    throw new UsageError('no-session', 'a node to take something back from needs a session', { holder })
  if (!state.exports.isListed(id, remote.index)) return
  const { released } = state.exports.drop([id], remote.index, state.sentTo(remote))
  answerBroken(state, remote, [id])
  state.released('revocation', released)
}
