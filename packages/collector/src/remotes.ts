/**
 * Who this node knows. A *peer* is a node, with the channel to it; a *remote* is one incarnation of a node, as the tables
 * know it by a small index. A peer has at most one session at a time, with one of its remotes.
 */
import type { ExportId, GiftId, NodeAddress, NodeId, Sequence } from '@holdfast/core'
import type { Channel } from '@holdfast/session'

/** A gift that this node received: what it asks the owner to list it for. */
export interface Claim {
  readonly id: ExportId
  readonly gifter: NodeAddress
  readonly gift: GiftId
  readonly depth: number
}

export interface Remote {
  /** What the tables call it. */
  readonly index: number
  readonly address: NodeAddress
  /** The number of the session with it, 0 for none. */
  session: number
  /** Its last message that was processed in this session. */
  received: Sequence
  /** AddRefs to send first thing in the next session. */
  readonly waiting: Claim[]
}

export interface Peer {
  readonly node: NodeId
  /** Null until a link to it was open once. */
  channel: Channel | null
  /** The incarnation that the open session is with. */
  remote: Remote | null
  /** A link or a session was asked for and has not come yet. */
  connecting: boolean
}

export class Remotes {
  readonly #peers = new Map<NodeId, Peer>()
  readonly #remotes: Remote[] = []
  readonly #byAddress = new Map<string, Remote>()

  /** The peer of a name, made known if it is new. */
  peer(node: NodeId): Peer {
    let peer = this.#peers.get(node)
    if (peer === undefined) {
      peer = { node, channel: null, remote: null, connecting: false }
      this.#peers.set(node, peer)
    }
    return peer
  }

  peers(): IterableIterator<Peer> {
    return this.#peers.values()
  }

  /** The remote of an address, made known if it is new. */
  remote(address: NodeAddress): Remote {
    const key = `${address.incarnation}:${address.node}`
    let remote = this.#byAddress.get(key)
    if (remote === undefined) {
      const { node, incarnation } = address
      remote = { index: this.#remotes.length, address: { node, incarnation }, session: 0, received: 0, waiting: [] }
      this.#remotes.push(remote)
      this.#byAddress.set(key, remote)
    }
    return remote
  }

  at(index: number): Remote {
    return this.#remotes[index]
  }

  all(): readonly Remote[] {
    return this.#remotes
  }
}
