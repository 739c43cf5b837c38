/**
 * What one direction of a session has still to get across: records from the first unacknowledged to the last appended.
 * Invariants: acknowledged < next ≤ sent + 1; acknowledged ≤ transmitted ≤ sent; what is under way is what lies between `acknowledged` and `next`.
 * Loss is repaired by going back to the first unacknowledged record with a small window that doubles with every progress
 * (Jacobson 1988, "Congestion Avoidance and Control"); the receiver kept what came out of order, so its next acknowledgement leaps.
 */
import { assert, LimitError, ProtocolError, type Sequence } from '@holdfast/core'
import { DATA_HEADER_BYTES, type Fragment, lengthBytes, type Run } from './data-frame.js'
import { costOf, FRAME_OVERHEAD, type SessionLimits } from './limits.js'
import { Records } from './records.js'

export type OutboxImage = readonly [
  records: readonly Fragment[],
  acknowledged: Sequence,
  next: Sequence,
  transmitted: Sequence,
  unackedBytes: number,
  flightBytes: number,
  window: number,
]

export class Outbox {
  readonly #limits: SessionLimits
  /** Records `acknowledged + 1` to `sent`. */
  readonly #records = new Records()
  #acknowledged: Sequence = 0
  /** The next record to transmit, again or for the first time. */
  #next: Sequence = 1
  /** The highest ever transmitted: the peer can acknowledge no more. */
  #transmitted: Sequence = 0
  #unackedBytes = 0
  #flightBytes = 0
  #window: number

  constructor(limits: SessionLimits) {
    this.#limits = limits
    this.#window = limits.windowBytes
  }

  get sent(): Sequence {
    return this.#acknowledged + this.#records.count
  }

  get acknowledged(): Sequence {
    return this.#acknowledged
  }

  get unackedBytes(): number {
    return this.#unackedBytes
  }

  /** Whether something transmitted is unacknowledged. */
  get awaiting(): boolean {
    return this.#acknowledged < this.#transmitted
  }

  /**
   * Copies a message: its bytes are the caller's own again when this returns.
   * @returns the sequence of its last record
   * @throws LimitError `message-too-large`, `unacked-bytes`
   */
  append(message: Uint8Array): Sequence {
    const { maxFrameBytes, maxMessageBytes, maxUnackedBytes } = this.#limits
    if (message.length > maxMessageBytes) {
      throw new LimitError('message-too-large', 'a message over the limit', { length: message.length, maxMessageBytes })
    }
    const step = maxFrameBytes - FRAME_OVERHEAD
    const count = message.length <= step ? 1 : Math.ceil(message.length / step)
    const cost = message.length + count * costOf(0)
    if (this.#unackedBytes + cost > maxUnackedBytes) {
      throw new LimitError('unacked-bytes', 'too much is unacknowledged', { unacked: this.#unackedBytes, cost })
    }
    for (let index = 0; index < count; index++) {
      const part = count === 1 ? message : message.subarray(index * step, (index + 1) * step)
      this.#records.append(part, index < count - 1)
    }
    this.#unackedBytes += cost
    return this.sent
  }

  /** @throws ProtocolError `bad-ack` for what was never transmitted */
  checkAcknowledgement(sequence: Sequence): void {
    if (sequence > this.#transmitted) {
      throw new ProtocolError('bad-ack', 'an acknowledgement of what was not sent', {
        sequence,
        transmitted: this.#transmitted,
      })
    }
  }

  /** Lets go of what the peer has. @returns whether that was news @throws ProtocolError `bad-ack` */
  acknowledge(sequence: Sequence): boolean {
    this.checkAcknowledgement(sequence)
    if (sequence <= this.#acknowledged) return false
    while (this.#acknowledged < sequence) {
      const cost = costOf(this.#records.lengthAt(0))
      this.#records.dropFirst()
      this.#acknowledged++
      this.#unackedBytes -= cost
      if (this.#acknowledged < this.#next) this.#flightBytes -= cost
    }
    this.#next = Math.max(this.#next, sequence + 1)
    this.#window = Math.min(this.#window * 2, this.#limits.windowBytes)
    assert(this.#unackedBytes >= 0 && this.#flightBytes >= 0, 'bytes are not let go twice')
    return true
  }

  /** Goes back to the first unacknowledged record; after a loss gently. */
  rewind(afterLoss: boolean): void {
    this.#next = this.#acknowledged + 1
    this.#flightBytes = 0
    this.#window = afterLoss ? Math.min(this.#limits.maxFrameBytes, this.#limits.windowBytes) : this.#limits.windowBytes
  }

  /** The records of the next frame, which count as transmitted; null when nothing waits or the window is full. O(them). */
  take(): Run | null {
    const first = this.#next
    const index = first - this.#acknowledged - 1
    let room = this.#limits.maxFrameBytes - DATA_HEADER_BYTES
    let count = 0
    for (; index + count < this.#records.count; count++) {
      const length = this.#records.lengthAt(index + count)
      const cost = costOf(length)
      room -= length + lengthBytes(length)
      // With nothing under way one record always may go.
      if (room < 0 || (this.#flightBytes > 0 && this.#flightBytes + cost > this.#window)) break
      this.#flightBytes += cost
    }
    if (count === 0) return null
    this.#next += count
    this.#transmitted = Math.max(this.#transmitted, this.#next - 1)
    return { first, records: this.#records, index, count }
  }

  image(): OutboxImage {
    return [
      this.#records.image(),
      this.#acknowledged,
      this.#next,
      this.#transmitted,
      this.#unackedBytes,
      this.#flightBytes,
      this.#window,
    ]
  }

  restore(image: OutboxImage): void {
    let records: readonly Fragment[]
    ;[records, this.#acknowledged, this.#next, this.#transmitted, this.#unackedBytes, this.#flightBytes, this.#window] =
      image
    this.#records.restore(records)
  }
}
