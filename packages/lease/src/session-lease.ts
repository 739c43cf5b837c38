/**
 * The lease of one session: one for all references in both directions, renewed by any traffic.
 *
 * This node is holder and owner at once. As a holder it counts from *before sending* what was acknowledged, as an owner from the
 * receipt of what it heard; its view of the session is over when either has run out. A view that is over stays over: the session
 * ends, and a new one has a lease of its own.
 *
 * Source: docs/protocol.md, section 3.
 */
import { after, type Duration, type Instant, type Sequence } from '@holdfast/core'
import type { LeaseTimes } from './lease-times.js'

/** What was sent within one such part of a term counts as sent at its beginning. */
const MARKS_PER_TERM = 32

/** Messages from number `first` on were sent at `at` or later. */
interface Mark {
  readonly first: Sequence
  readonly at: Instant
}

/** Of a `SessionLease`, see `image`. */
export type SessionLeaseImage = readonly [
  marks: readonly Mark[],
  sentAt: Instant,
  renewedAt: Instant,
  heardAt: Instant,
  isInDoubt: boolean,
]

/** All operations are O(1), amortized. At most some 33 marks are kept while the holder's view lasts. */
export class SessionLease {
  readonly #times: LeaseTimes
  readonly #markEvery: Duration
  /** Those before place `#passed` count no more. */
  #marks: Mark[] = []
  #passed = 0
  #sentAt: Instant
  #renewedAt: Instant
  #heardAt: Instant
  #isInDoubt = false

  /** @param now when the session opened */
  constructor(times: LeaseTimes, now: Instant) {
    this.#times = times
    this.#markEvery = times.holderTerm / MARKS_PER_TERM
    this.#sentAt = now
    this.#renewedAt = now
    this.#heardAt = now
  }

  /** When this node's view of the session is over, unless something renews it. */
  get endsAt(): Instant {
    const { holderTerm, ownerTerm } = this.#times
    const asHolder = after(this.#renewedAt, holderTerm)
    const asOwner = after(this.#heardAt, ownerTerm)
    return asHolder < asOwner ? asHolder : asOwner
  }

  /**
   * Whether this node can't tell if the session still lasts: it was away for it does not know how long. As a holder it counts as over, until
   * `confirmed`; `endsAt` is how long that is waited for.
   */
  get isInDoubt(): boolean {
    return this.#isInDoubt
  }

  /** When to send a ping, unless something else is sent before. */
  get pingAt(): Instant {
    return after(this.#sentAt, this.#times.pingAfter)
  }

  /** The node is back, and knows nothing of the time between: what was sent before renews nothing any more. */
  doubt(now: Instant): void {
    this.#isInDoubt = true
    this.#marks = []
    this.#passed = 0
    this.#sentAt = now
    this.#renewedAt = now
    this.#heardAt = now
  }

  /** The peer, asked since the node is back, has the session still. It counts from then: nothing was asked before. */
  confirmed(): void {
    this.#isInDoubt = false
  }

  /** A message was sent, or messages up to this. @param sequence the last */
  sent(sequence: Sequence, now: Instant): void {
    this.#sentAt = now
    const { length } = this.#marks
    const isMarked = this.#passed < length && now < after(this.#marks[length - 1].at, this.#markEvery)
    if (isMarked) return
    const mark = { first: sequence, at: now }
    // In place of the only one that has passed: a list that grows from nothing makes room for many.
    if (this.#passed === 1 && length === 1) this.#marks[--this.#passed] = mark
    else this.#marks.push(mark)
  }

  /** The peer has processed my messages up to this. */
  acknowledged(sequence: Sequence): void {
    const marks = this.#marks
    while (this.#passed < marks.length && marks[this.#passed].first <= sequence)
      this.#renewedAt = marks[this.#passed++].at
    if (this.#passed <= 1) return
    this.#marks = marks.slice(this.#passed)
    this.#passed = 0
  }

  /** Something of the peer's was processed in order, or an acknowledgement was news. */
  heard(now: Instant): void {
    this.#heardAt = now
  }

  /** This lease as data. */
  image(): SessionLeaseImage {
    return [this.#marks.slice(this.#passed), this.#sentAt, this.#renewedAt, this.#heardAt, this.#isInDoubt]
  }

  /** Becomes the lease that an image is of. */
  restore([marks, ...rest]: SessionLeaseImage): void {
    this.#marks = [...marks]
    this.#passed = 0
    ;[this.#sentAt, this.#renewedAt, this.#heardAt, this.#isInDoubt] = rest
  }
}
