/**
 * Who this node knows. A *peer* is a node, with the channel to it; a *remote* is one incarnation of a node, as the tables
 * know it by a small index. A peer has at most one session at a time, with one of its remotes. Both are forgotten when nothing
 * depends on them any more, and their indices used again.
 */
import type { AddRefEntry, Duration, Instant, NodeAddress, NodeId, Sequence } from '@holdfast/core'
import type { SessionLease } from '@holdfast/lease'
import type { Channel } from '@holdfast/session'
import type { OutgoingReport } from './report-parts.js'

/** A gift that this node received: what it asks the owner to list it for. */
export interface Claim extends AddRefEntry {
  readonly depth: number
  /** When the gift arrived. */
  readonly since: Instant
  /** This node held it before, and needs no gift to give it on. */
  readonly isVouched: boolean
}

export interface Remote {
  /** What the tables call it. */
  readonly index: number
  readonly address: NodeAddress
  /** The number of the session with it, 0 for none. */
  session: number
  /** Of the open session; null without one. */
  lease: SessionLease | null
  /** Its last message that was processed in this session. */
  received: Sequence
  /** My last message to it in this session that granted something or said that something is gone. */
  told: Sequence
  /** AddRefs to send in the next session, right after the reconcile. In the order of `since`. */
  waiting: Claim[]
  /** The first chunk of the reconcile that it is sending; 0 for none. */
  reconcilingSince: Sequence
  /** When what either held of the other in an ended session is over; null while there is no such thing. */
  expiresAt: Instant | null
  /** What to prove gifts of its objects with, as it said last; null while it has not. */
  giftKey: Uint8Array | null
  /** What it proves gifts of my objects with; null while it has none. */
  givenKey: Uint8Array | null
  /** Whether it was told that in the open session. */
  hasGivenKey: boolean
  /** A report to it that is not all appended; null while there is none, and without a session. */
  outgoingReport: OutgoingReport | null
  /** AddRefs of the open session; kept only where a test switched a rule off. */
  readonly sentClaims: Claim[]
}

export interface Peer {
  readonly index: number
  readonly node: NodeId
  /** Null until a link to it was open once. */
  channel: Channel | null
  /** The incarnation that the open session is with. */
  remote: Remote | null
  /** Its incarnations that the tables know. */
  readonly remotes: Remote[]
  /** A link or a session was asked for and has not come yet. */
  connecting: boolean
  /** When to ask (again) for a link or a session, if one is still needed; null for not at all. */
  connectAt: Instant | null
  /** How long to wait before asking again. */
  connectWait: Duration
  /** When the open session, or the last one, began. */
  openedAt: Instant
  /** It knows a later lifetime of this node: there will be no session. */
  isRefused: boolean
  /** What was appended to the session when its lease last heard of it. */
  leasedSent: Sequence
  /** When the next part of a report goes; null while there is none, and while it waits for an acknowledgement or a link. */
  partAt: Instant | null
}

export interface FreeIndices {
  readonly peers: readonly number[]
  readonly remotes: readonly number[]
}

export class Remotes {
  readonly #peers = new Map<NodeId, Peer>()
  readonly #peersByIndex: (Peer | null)[] = []
  readonly #freePeers: number[] = []
  readonly #remotes: (Remote | null)[] = []
  readonly #freeRemotes: number[] = []

  /** The peer of a name, made known if it is new. */
  peer(node: NodeId): Peer {
    return this.#peers.get(node) ?? this.#addPeer(node)
  }

  findPeer(node: NodeId): Peer | undefined {
    return this.#peers.get(node)
  }

  get peerCount(): number {
    return this.#peers.size
  }

  peers(): IterableIterator<Peer> {
    return this.#peers.values()
  }

  peerAt(index: number): Peer | null {
    return this.#peersByIndex[index] ?? null
  }

  /** The remote of an address, made known if it is new. O(incarnations of that node). */
  remote(address: NodeAddress): Remote {
    return this.find(address) ?? this.#addRemote(address)
  }

  /** The remote of an address, if it is known. O(incarnations of that node). */
  find({ node, incarnation }: NodeAddress): Remote | undefined {
    return this.#peers.get(node)?.remotes.find((remote) => remote.address.incarnation === incarnation)
  }

  /** The remote that the tables call so. */
  at(index: number): Remote {
    return this.#remotes[index] as Remote
  }

  /** The remote that the tables call so, unless it was forgotten. */
  findAt(index: number): Remote | null {
    return this.#remotes[index] ?? null
  }

  /** O(all there have ever been at once). */
  all(): Remote[] {
    return this.#remotes.filter((remote) => remote !== null)
  }

  /** Nothing depends on a remote any more. */
  forget(remote: Remote): void {
    const peer = this.peer(remote.address.node)
    peer.remotes.splice(peer.remotes.indexOf(remote), 1)
    this.#remotes[remote.index] = null
    this.#freeRemotes.push(remote.index)
  }

  /** Nothing depends on a peer any more. */
  forgetPeer(peer: Peer): void {
    this.#peers.delete(peer.node)
    this.#peersByIndex[peer.index] = null
    this.#freePeers.push(peer.index)
  }

  #addPeer(node: NodeId): Peer {
    const index = this.#freePeers.pop() ?? this.#peersByIndex.length
    const peer: Peer = {
      index,
      node,
      channel: null,
      remote: null,
      remotes: [],
      connecting: false,
      connectAt: null,
      connectWait: 0,
      openedAt: 0 as Instant,
      isRefused: false,
      leasedSent: 0,
      partAt: null,
    }
    this.#peers.set(node, peer)
    this.#peersByIndex[index] = peer
    return peer
  }

  #addRemote({ node, incarnation }: NodeAddress): Remote {
    const index = this.#freeRemotes.pop() ?? this.#remotes.length
    const remote: Remote = {
      index,
      address: { node, incarnation },
      session: 0,
      lease: null,
      received: 0,
      told: 0,
      waiting: [],
      reconcilingSince: 0,
      expiresAt: null,
      giftKey: null,
      givenKey: null,
      hasGivenKey: false,
      outgoingReport: null,
      sentClaims: [],
    }
    this.#remotes[index] = remote
    this.peer(node).remotes.push(remote)
    return remote
  }

  /** Indices that were in use and are not, the next to be used last. */
  get free(): FreeIndices {
    return { peers: this.#freePeers, remotes: this.#freeRemotes }
  }

  /** Takes over peers, in the order in which they became known, with their remotes, and the indices that are free. Only for an empty one. */
  restore(peers: readonly Peer[], free: FreeIndices): void {
    for (const peer of peers) {
      this.#peers.set(peer.node, peer)
      this.#peersByIndex[peer.index] = peer
      for (const remote of peer.remotes) this.#remotes[remote.index] = remote
    }
    for (const index of free.peers) this.#peersByIndex[index] = null
    for (const index of free.remotes) this.#remotes[index] = null
    this.#freePeers.push(...free.peers)
    this.#freeRemotes.push(...free.remotes)
  }
}
