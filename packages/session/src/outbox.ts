/**
 * What one direction of a session has still to get across: records from the first unacknowledged to the last appended.
 * Invariants: acknowledged < next ≤ sent + 1; acknowledged ≤ transmitted ≤ sent; what is under way is what lies between `acknowledged` and `next`.
 * Loss is repaired by going back to the first unacknowledged record with a small window that doubles with every progress
 * (Jacobson 1988, "Congestion Avoidance and Control"); the receiver kept what came out of order, so its next acknowledgement leaps.
 */
import { assert, LimitError, ProtocolError, type Sequence } from '@holdfast/core'
import { copied, DATA_HEADER_BYTES, type Fragment, lengthBytes } from './data-frame.js'
import { FRAME_OVERHEAD, recordCost, type SessionLimits } from './limits.js'

/** Consecutive records for one frame. */
export interface Batch {
  readonly first: Sequence
  readonly fragments: readonly Fragment[]
}

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
  /** Records `acknowledged + 1` to `sent`, from index `#head`. */
  #records: Fragment[] = []
  #head = 0
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
    return this.#acknowledged + this.#records.length - this.#head
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
   * Takes a message in as views: the caller leaves its bytes alone from now on.
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
    const cost = message.length + count * (recordCost(message) - message.length)
    if (this.#unackedBytes + cost > maxUnackedBytes) {
      throw new LimitError('unacked-bytes', 'too much is unacknowledged', { unacked: this.#unackedBytes, cost })
    }
    for (let index = 0; index < count; index++) {
      const bytes = count === 1 ? message : message.subarray(index * step, (index + 1) * step)
      this.#records.push({ bytes, more: index < count - 1 })
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
      const cost = recordCost(this.#records[this.#head++].bytes)
      this.#acknowledged++
      this.#unackedBytes -= cost
      if (this.#acknowledged < this.#next) this.#flightBytes -= cost
    }
    this.#next = Math.max(this.#next, sequence + 1)
    this.#window = Math.min(this.#window * 2, this.#limits.windowBytes)
    this.#compact()
    assert(this.#unackedBytes >= 0 && this.#flightBytes >= 0, 'bytes are not let go twice')
    return true
  }

  /** Goes back to the first unacknowledged record; after a loss gently. */
  rewind(afterLoss: boolean): void {
    this.#next = this.#acknowledged + 1
    this.#flightBytes = 0
    this.#window = afterLoss ? Math.min(this.#limits.maxFrameBytes, this.#limits.windowBytes) : this.#limits.windowBytes
  }

  /** The records of the next frame, which count as transmitted; null when nothing waits or the window is full. */
  take(): Batch | null {
    const first = this.#next
    if (first > this.sent) return null
    if (first === this.sent && this.#flightBytes === 0) return this.#takeLast()
    const fragments: Fragment[] = []
    let room = this.#limits.maxFrameBytes - DATA_HEADER_BYTES
    for (let index = this.#head + first - this.#acknowledged - 1; index < this.#records.length; index++) {
      const fragment = this.#records[index]
      const cost = recordCost(fragment.bytes)
      room -= fragment.bytes.length + lengthBytes(fragment.bytes.length)
      if (room < 0 || (this.#flightBytes > 0 && this.#flightBytes + cost > this.#window)) break
      fragments.push(fragment)
      this.#flightBytes += cost
    }
    if (fragments.length === 0) return null
    this.#next = first + fragments.length
    this.#transmitted = Math.max(this.#transmitted, this.#next - 1)
    return { first, fragments }
  }

  /** One record with nothing under way before it, which is what most frames take: it always may go. */
  #takeLast(): Batch {
    const first = this.#next++
    const fragment = this.#records[this.#records.length - 1]
    this.#flightBytes = recordCost(fragment.bytes)
    this.#transmitted = Math.max(this.#transmitted, first)
    return { first, fragments: [fragment] }
  }

  /** Moves the records to the front once most of the array is empty: amortized O(1) a record. */
  #compact(): void {
    if (this.#head === this.#records.length) this.#records = []
    else if (this.#head < 1024 || this.#head * 2 < this.#records.length) return
    else this.#records = this.#records.slice(this.#head)
    this.#head = 0
  }

  image(): OutboxImage {
    const records = this.#records.slice(this.#head)
    return [
      records,
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
    this.#records = records.map(copied)
  }
}
