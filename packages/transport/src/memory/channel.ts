/**
 * One direction of a connection in memory: takes frames in at one end, does to them what the faults say, and brings
 * them to the other through the clock.
 *
 * - Harmless faults keep the order: instants due never decrease, and the clock keeps the order of equal ones.
 * - A blocked direction of an unreliable connection loses what is sent and what arrives; that of a reliable one holds it back, in
 *   order, as TCP does over a gap. The end of the connection is never lost: it is held back by either.
 * - At rest, frames + duplicated = delivered + lost + held back.
 */
import { after, type Duration, type Instant, instant, type Random } from '@holdfast/core'
import type { Clock } from '../clock.js'
import type { CompleteFaults } from './faults.js'

/** What all connections of one network share. */
export interface Medium {
  readonly clock: Clock
  readonly random: Random
  readonly counters: Counters
}

/** What went over a network, in both directions of all its connections. Bytes are those of `frames`. */
export interface Counters {
  frames: number
  bytes: number
  /** Arrived at an open end. */
  delivered: number
  /** Taken by faults, blocks, breaks, and ends closed by the time of arrival. */
  lost: number
  /** Extra copies made. */
  duplicated: number
}

/** The far end of a channel. */
export interface Receiver {
  /** @returns whether the frame was taken in */
  receive(frame: Uint8Array): boolean
  peerClosed(): void
}

/** A frame, or null for the end of the connection. */
type Item = Uint8Array | null

export interface ChannelOptions {
  readonly medium: Medium
  readonly faults: CompleteFaults
  readonly reliable: boolean
}

export class Channel {
  readonly #medium: Medium
  readonly #faults: CompleteFaults
  readonly #reliable: boolean
  readonly #receiver: Receiver
  /** The latest instant at which anything sent so far is due. */
  #lastDueAt: Instant = instant(0)
  #blocked = false
  /** What a block holds back; while there is any, later items queue up behind it. */
  readonly #held: Item[] = []

  constructor(receiver: Receiver, options: ChannelOptions) {
    this.#receiver = receiver
    this.#medium = options.medium
    this.#faults = options.faults
    this.#reliable = options.reliable
  }

  /** Takes a copy: a real transport has read the frame when `send` returns, so a sender that reuses it is not caught here. */
  send(frame: Uint8Array): void {
    const { random, counters } = this.#medium
    const { loss, duplication } = this.#faults
    counters.frames++
    counters.bytes += frame.length
    if ((this.#blocked && !this.#reliable) || (loss > 0 && random.chance(loss))) {
      counters.lost++
      return
    }
    this.#dispatch(new Uint8Array(frame))
    if (duplication > 0 && random.chance(duplication)) {
      counters.duplicated++
      this.#dispatch(new Uint8Array(frame))
    }
  }

  /** Ends the connection behind everything that is under way. */
  finish(): void {
    this.#scheduleAt(this.#latest(this.#dueAt()), null)
  }

  block(): void {
    this.#blocked = true
  }

  /** Lets frames through again, and those that were held back, in order. */
  unblock(): void {
    this.#blocked = false
    if (this.#held.length > 0) this.#medium.clock.schedule(this.#medium.clock.now(), () => this.#release())
  }

  #dispatch(frame: Uint8Array): void {
    const dueAt = this.#dueAt()
    this.#scheduleAt(this.#faults.ordered ? this.#latest(dueAt) : dueAt, frame)
  }

  #dueAt(): Instant {
    const { minDelay, maxDelay } = this.#faults
    const extra: Duration = maxDelay > minDelay ? this.#medium.random.fraction() * (maxDelay - minDelay) : 0
    return after(this.#medium.clock.now(), minDelay + extra)
  }

  #latest(dueAt: Instant): Instant {
    return dueAt > this.#lastDueAt ? dueAt : this.#lastDueAt
  }

  #scheduleAt(dueAt: Instant, item: Item): void {
    this.#lastDueAt = this.#latest(dueAt)
    this.#medium.clock.schedule(dueAt, () => this.#arrive(item))
  }

  #arrive(item: Item): void {
    const isLost = item !== null && this.#blocked && !this.#reliable
    if (isLost) this.#medium.counters.lost++
    else if (this.#blocked || this.#held.length > 0) this.#held.push(item)
    else this.#handOver(item)
  }

  #release(): void {
    while (!this.#blocked && this.#held.length > 0) this.#handOver(this.#held.shift() as Item)
  }

  #handOver(item: Item): void {
    if (item === null) {
      this.#receiver.peerClosed()
      return
    }
    // Counted first: the handler may look at the counters, or throw.
    const counters = this.#medium.counters
    counters.delivered++
    if (!this.#receiver.receive(item)) {
      counters.delivered--
      counters.lost++
    }
  }
}
