/**
 * A node's protocol state as data, for whoever keeps it: between two turns, behind a `checkpoint`. What is soft is not in it: reports,
 * those told and those heard, and rounds. Restored, it goes on exactly as the machine that it was taken of.
 *
 * Everything in it can be structured-cloned. Much of it are views of the machine's own columns: copy or write it before the next turn.
 */
import type { Instant } from '@holdfast/core'
import { type DeadlinesImage, SessionLease, type SessionLeaseImage } from '@holdfast/lease'
import type { ClaimedGiftsImage, ExportTableImage, GiftTableImage, ImportTableImage } from '@holdfast/refcount'
import type { ChannelImage } from '@holdfast/session'
import type { CollectorParts } from './collector-core.js'
import type { CollectorCounts, NodeState } from './node-state.js'
import type { FreeIndices, Peer, Remote } from './remotes.js'

export type RemoteImage = Omit<Remote, 'lease'> & { readonly lease: SessionLeaseImage | null }

export type PeerImage = Omit<Peer, 'channel' | 'remote' | 'remotes'> & {
  readonly channel: ChannelImage | null
  /** The index of the remote that its session is with. */
  readonly remote: number | null
  readonly remotes: readonly RemoteImage[]
}

export interface NodeStateImage {
  readonly exports: ExportTableImage
  readonly imports: ImportTableImage
  readonly gifts: GiftTableImage
  readonly claimedGifts: ClaimedGiftsImage
  readonly peers: readonly PeerImage[]
  readonly free: FreeIndices
  readonly deadlines: DeadlinesImage
  readonly counts: CollectorCounts
  readonly now: Instant
  readonly clock: number
}

/** Of a `Collector`, see above. */
export interface CollectorImage {
  readonly state: NodeStateImage
  /** The highest session number. */
  readonly opened: number
  /** How many reports were made. */
  readonly reports: number
}

export function imageOf({ state, links, coordination }: CollectorParts): CollectorImage {
  return {
    state: {
      exports: state.exports.image(),
      imports: state.imports.image(),
      gifts: state.gifts.image(),
      claimedGifts: state.claimedGifts.image(),
      peers: Array.from(state.remotes.peers(), imageOfPeer),
      free: state.remotes.free,
      deadlines: state.schedule.image(),
      counts: { ...state.counts },
      now: state.now,
      clock: state.clock,
    },
    opened: links.openedCount,
    reports: coordination.reportCount,
  }
}

/** Fills empty parts. */
export function restoreImage({ state, links, coordination }: CollectorParts, image: CollectorImage): void {
  const { exports, imports, gifts, claimedGifts, peers, free, deadlines, counts, now, clock } = image.state
  const peerOf = (of: PeerImage): Peer => {
    const remotes = of.remotes.map((remote) => remoteOf(state, remote))
    const remote = remotes.find(({ index }) => index === of.remote) ?? null
    const channel = of.channel === null ? null : links.restoredChannel(of.node, of.channel)
    return { ...of, remotes, remote, channel }
  }
  links.restoreCounter(image.opened)
  state.exports.restore(exports)
  state.imports.restore(imports)
  state.gifts.restore(gifts)
  state.claimedGifts.restore(claimedGifts)
  state.remotes.restore(peers.map(peerOf), free)
  state.schedule.restore(deadlines)
  Object.assign(state.counts, counts)
  state.now = now
  state.clock = clock
  coordination.reportCount = image.reports
}

function imageOfPeer(peer: Peer): PeerImage {
  const remotes = peer.remotes.map((remote) => ({ ...remote, lease: remote.lease?.image() ?? null }))
  return { ...peer, channel: peer.channel?.image() ?? null, remote: peer.remote?.index ?? null, remotes }
}

function remoteOf(state: NodeState, { lease: image, ...rest }: RemoteImage): Remote {
  const remote: Remote = { ...rest, lease: null, waiting: [...rest.waiting], sentClaims: [...rest.sentClaims] }
  if (image === null) return remote
  remote.lease = new SessionLease(state.times, state.now)
  remote.lease.restore(image)
  return remote
}
