/**
 * What is due when: for each peer its channel, its lease and the next attempt to connect; for each remote the end of its quarantine
 * and of the gifts that wait for a session with it; and the oldest gift of this node that nobody has acknowledged.
 */
import { after, earlier, type Instant } from '@holdfast/core'
import { Deadlines, type DeadlinesImage } from '@holdfast/lease'
import type { NodeState } from './node-state.js'
import type { Peer, Remote } from './remotes.js'

/** Something that is due. */
export type Due =
  | { readonly what: 'gifts' }
  | { readonly what: 'peer'; readonly peer: Peer }
  | { readonly what: 'remote'; readonly remote: Remote }

const GIFTS_KEY = 0
const keyOfPeer = (peer: Peer): number => 2 * peer.index + 1
const keyOfRemote = (remote: Remote): number => 2 * remote.index + 2

export class Schedule {
  readonly #state: NodeState
  readonly #deadlines = new Deadlines()

  constructor(state: NodeState) {
    this.#state = state
  }

  /** When something is due at the earliest; it may have moved since to a later time. O(1). */
  get next(): Instant | null {
    return this.#deadlines.next
  }

  /** Takes something that is due now, or null. */
  take(): Due | null {
    const { remotes, now } = this.#state
    for (;;) {
      const key = this.#deadlines.takeDue(now)
      if (key === null) return null
      if (key === GIFTS_KEY) return { what: 'gifts' }
      const index = (key - 1) >> 1
      const peer = key % 2 === 1 ? remotes.peerAt(index) : null
      if (peer !== null) return { what: 'peer', peer }
      const remote = key % 2 === 0 ? remotes.findAt(index) : null
      if (remote !== null) return { what: 'remote', remote }
    }
  }

  /** Something about a peer may be due at another time. */
  peer(peer: Peer): void {
    const lease = peer.remote?.lease ?? null
    const ends = lease === null ? null : earlier(lease.endsAt, peer.channel?.isLinked === true ? lease.pingAt : null)
    const channel = peer.channel?.nextDeadline() ?? null
    this.#deadlines.set(keyOfPeer(peer), earlier(earlier(ends, channel), earlier(peer.connectAt, peer.partAt)))
  }

  /** Something about a remote may be due at another time. */
  remote(remote: Remote): void {
    const first = remote.waiting.at(0)
    const claims = first === undefined ? null : after(first.since, this.#state.times.holderTerm)
    this.#deadlines.set(keyOfRemote(remote), earlier(remote.expiresAt, claims))
  }

  /** Nothing may depend on a remote any more: it is looked at when the next deadlines are. */
  forgetSoon(remote: Remote): void {
    this.#deadlines.set(keyOfRemote(remote), this.#state.now)
  }

  /** The oldest gift is another. */
  gifts(): void {
    const oldest = this.#state.gifts.oldestGivenAt
    this.#deadlines.set(GIFTS_KEY, oldest === null ? null : after(oldest, this.#state.times.quarantine))
  }

  forgetPeer(peer: Peer): void {
    this.#deadlines.set(keyOfPeer(peer), null)
  }

  image(): DeadlinesImage {
    return this.#deadlines.image()
  }

  restore(image: DeadlinesImage): void {
    this.#deadlines.restore(image)
  }
}
