/** A session that its own node ends. */
import type { CollectorEvent } from './event.js'
import type { NodeState } from './node-state.js'

/** Why a node ends its sessions when it is closed for good: its peers need not wait for it. */
export const CLOSED = 'closed'

/** Why a session ended whose peer was closed for good. */
export const PEER_CLOSED = 'peer-closed'

export function endSession(state: NodeState, event: Extract<CollectorEvent, { type: 'end-session' }>): void {
  const { peer: node, reason, isFinal } = event
  const peer = state.remotes.findPeer(node)
  if (peer === undefined) return
  state.touched.add(peer)
  if (peer.remote !== null) state.endSession(peer, reason, null)
  if (isFinal) for (const remote of peer.remotes) state.abandon(remote)
}
