/**
 * How fast the frames of one peer are taken in, so that it has no more than its share of this node's time. What comes faster waits; what
 * waits is not acknowledged, so an honest peer's session slows down by itself: it has no more under way than its window. Whoever goes on
 * does not keep to that, and is cut off.
 *
 * Two token buckets (Turner 1986, "New directions in communications"), of bytes and of messages: what a frame costs is taken off once it
 * was taken in, and the next waits until neither is overdrawn. So one frame may overdraw them, and is paid for afterwards.
 */
import { after, type Duration, type Instant, UsageError } from '@holdfast/core'
import type { Clock } from '@holdfast/transport'

export interface PaceLimits {
  /** Of its frames, on the average. */
  readonly bytesPerSecond?: number
  /** Calls, answers and messages of the collector, on the average. */
  readonly messagesPerSecond?: number
  /** So much of either may come at once, in ms of the average. Default: 1,000. */
  readonly burstMs?: Duration
  /** So many bytes may wait, 64 more for each frame; beyond that the session ends. Above what a session has under way. Default: 16 MiB. */
  readonly maxHeldBytes?: number
}

export interface PaceContext {
  readonly clock: Clock
  /** Takes a frame in. @returns how many messages were in it */
  readonly deliver: (frame: Uint8Array) => number
  /** More waits than may. */
  readonly onOver: () => void
}

const DEFAULT_BURST_MS = 1000
const DEFAULT_MAX_HELD_BYTES = 16 * 1024 * 1024
const FRAME_WEIGHT = 64

/** @throws UsageError `bad-quota` */
export function checkPace(limits: PaceLimits): void {
  const { bytesPerSecond = 1, messagesPerSecond = 1, burstMs = 1, maxHeldBytes = 1 } = limits
  if (Math.min(bytesPerSecond, messagesPerSecond, burstMs, maxHeldBytes) > 0) return
  throw new UsageError('bad-quota', 'rates, bursts and what may wait are positive numbers', { ...limits })
}

/** What a peer may still take; outlives its links. */
export class Allowance {
  readonly #rates: readonly number[]
  readonly #capacities: readonly number[]
  readonly #left: number[]
  #at: Instant

  constructor(limits: PaceLimits, now: Instant) {
    const { bytesPerSecond, messagesPerSecond, burstMs = DEFAULT_BURST_MS } = limits
    const unlimited = Number.POSITIVE_INFINITY
    this.#rates = [(bytesPerSecond ?? unlimited) / 1000, (messagesPerSecond ?? unlimited) / 1000]
    this.#capacities = this.#rates.map((rate) => rate * burstMs)
    this.#left = [...this.#capacities]
    this.#at = now
  }

  take(bytes: number, messages: number): void {
    this.#left[0] -= bytes
    this.#left[1] -= messages
  }

  /** How long until neither is overdrawn, in ms; 0 for now. */
  wait(now: Instant): Duration {
    this.#refill(now)
    return Math.max(0, ...this.#left.map((left, place) => (left >= 0 ? 0 : -left / this.#rates[place])))
  }

  /** Whether it is as if nothing had been taken. */
  isWhole(now: Instant): boolean {
    this.#refill(now)
    return this.#left.every((left, place) => left === this.#capacities[place])
  }

  #refill(now: Instant): void {
    const passed = now - this.#at
    this.#at = now
    for (const [place, rate] of this.#rates.entries()) {
      // An unlimited one stays so: there is nothing to be added.
      if (rate !== Number.POSITIVE_INFINITY) {
        this.#left[place] = Math.min(this.#capacities[place], this.#left[place] + passed * rate)
      }
    }
  }
}

/** The frames of one link. */
export class FramePace {
  readonly #context: PaceContext
  readonly #allowance: Allowance
  readonly #maxHeldBytes: number
  #held: Uint8Array[] = []
  #heldBytes = 0
  #cancel: (() => void) | null = null
  #isOver = false

  constructor(context: PaceContext, allowance: Allowance, { maxHeldBytes = DEFAULT_MAX_HELD_BYTES }: PaceLimits) {
    this.#context = context
    this.#allowance = allowance
    this.#maxHeldBytes = maxHeldBytes
  }

  /** A frame has come. */
  receive(frame: Uint8Array): void {
    if (this.#isOver) return
    if (this.#cancel === null && this.#allowance.wait(this.#context.clock.now()) === 0) {
      this.#deliver(frame)
      return
    }
    this.#held.push(frame)
    this.#heldBytes += frame.length + FRAME_WEIGHT
    if (this.#heldBytes > this.#maxHeldBytes) {
      this.end()
      this.#context.onOver()
    } else this.#resumeLater()
  }

  /** The link is over: what waits comes again over the next one. */
  end(): void {
    this.#isOver = true
    this.#cancel?.()
    this.#held = []
  }

  #deliver(frame: Uint8Array): void {
    this.#allowance.take(frame.length, this.#context.deliver(frame))
  }

  #resumeLater(): void {
    const { clock } = this.#context
    const now = clock.now()
    // Whole ms, and one at least: what rounding leaves of a wait would be waited for again and again.
    const wait = Math.max(1, Math.ceil(this.#allowance.wait(now)))
    this.#cancel ??= clock.schedule(after(now, wait), () => this.#resume())
  }

  #resume(): void {
    this.#cancel = null
    const { clock } = this.#context
    let taken = 0
    while (!this.#isOver && taken < this.#held.length && this.#allowance.wait(clock.now()) === 0) {
      const frame = this.#held[taken++]
      this.#heldBytes -= frame.length + FRAME_WEIGHT
      this.#deliver(frame)
    }
    if (this.#isOver) return
    this.#held.splice(0, taken)
    if (this.#held.length > 0) this.#resumeLater()
  }
}
