/**
 * A node that goes on where an earlier process of it stopped. Time has passed meanwhile, nobody knows how much, so each side is taken on its
 * safe one: as an owner the node takes it that none has passed, and keeps what others hold for as long as it still had to; as a holder,
 * that too much has. It is silent in a session until the peer, asked anew, has confirmed it, and gives up the gifts that waited for an owner.
 *
 * Source: docs/protocol.md, "A node that comes back".
 */
import { sendGiftKey } from './gift-proofs.js'
import { giveUpClaims, needsLink } from './leases.js'
import type { NodeState } from './node-state.js'

/**
 * So many ids are left out. A disk may have lost what it had promised to keep: then ids were handed out that this node does not know of,
 * and must not come to name anything else.
 */
const SKIPPED_IDS = 2 ** 20

export function restarted(state: NodeState): void {
  const { exports, gifts, now, remotes, schedule, touched } = state
  exports.skipIds(SKIPPED_IDS)
  gifts.skipIds(SKIPPED_IDS)
  for (const peer of remotes.peers()) {
    touched.add(peer)
    peer.channel?.linkClosed(now)
    peer.connecting = false
    peer.connectAt = null
    peer.connectWait = 0
    peer.remote?.lease?.doubt(now)
    for (const remote of peer.remotes) {
      giveUpClaims(state, remote, () => true)
      // Such a gift may have been all that this node knew of that lifetime.
      schedule.forgetSoon(remote)
      // An earlier version of this node may have listed it without.
      if (exports.heldBy(remote.index) > 0) sendGiftKey(state, remote)
    }
    if (needsLink(state, peer)) state.connect(peer)
  }
}
