/**
 * Which of several links between two nodes stays, when each has dialed the other, or one does not know yet that an earlier link is
 * dead: the one that the node with the lesser name has begun last. Both ends see it alike, so they keep the same.
 */
import type { Greeting } from './introduction.js'

export type LinkRank = readonly number[]

export function rankOf(own: Greeting, peer: Greeting): LinkRank {
  const [lesser, other] = own.node < peer.node ? [own, peer] : [peer, own]
  return [lesser.incarnation, lesser.link, other.incarnation, other.link]
}

export function isLater(rank: LinkRank, than: LinkRank): boolean {
  const place = rank.findIndex((part, index) => part !== than[index])
  return place >= 0 && rank[place] > than[place]
}
