/**
 * What one direction of a session has got across: drops what came twice, keeps what came too early, puts messages together.
 * Invariants: every record up to `received` was taken in once; the kept ones lie above `received + 1`; a frame is taken in whole or refused
 * before anything changed. Frames belong to the inbox once given to it; messages are views of them where one record is all.
 */
import { ProtocolError, type Sequence } from '@holdfast/core'
import { copied, type DataFrame, type Fragment } from './data-frame.js'
import { recordCost, type SessionLimits } from './limits.js'

/** A message, whole and in its turn. One of the events of a channel, as it is. */
export interface Delivery {
  readonly type: 'message'
  /** The sequence of its last record. */
  readonly sequence: Sequence
  readonly bytes: Uint8Array
}

/** What a frame brought. */
export interface Arrival {
  readonly deliveries: readonly Delivery[]
  /** What was received in order, see `recordCost`. */
  readonly freshBytes: number
  /** Something came twice or too early: the sender should be told at once where we are. */
  readonly irregular: boolean
}

export type InboxImage = readonly [
  received: Sequence,
  early: ReadonlyMap<Sequence, Fragment>,
  earlyBytes: number,
  pieces: readonly Uint8Array[],
  pieceBytes: number,
]

export class Inbox {
  readonly #limits: SessionLimits
  #received: Sequence = 0
  readonly #early = new Map<Sequence, Fragment>()
  #earlyBytes = 0
  /** The records so far of a message that goes on. */
  #pieces: Uint8Array[] = []
  #pieceBytes = 0

  constructor(limits: SessionLimits) {
    this.#limits = limits
  }

  /** The last record taken in in order. */
  get received(): Sequence {
    return this.#received
  }

  /** What is kept of records that came too early, see `recordCost`. */
  get earlyBytes(): number {
    return this.#earlyBytes
  }

  /** O(records of the frame and those that it releases). @throws ProtocolError `message-too-large` */
  accept(data: DataFrame, frameBytes: number): Arrival {
    const skipped = this.#received + 1 - data.first
    if (skipped < 0) return this.#keepEarly(data, frameBytes)
    if (skipped >= data.fragments.length) return { deliveries: [], freshBytes: 0, irregular: true }
    this.#checkSizes(data, skipped)
    if (data.fragments.length === 1 && this.#early.size === 0 && this.#pieces.length === 0) {
      const [{ bytes, more }] = data.fragments
      if (!more) {
        const delivery: Delivery = { type: 'message', sequence: ++this.#received, bytes }
        return { deliveries: [delivery], freshBytes: recordCost(bytes), irregular: false }
      }
    }
    const deliveries: Delivery[] = []
    let freshBytes = 0
    for (let index = skipped; index < data.fragments.length; index++) {
      const fragment = data.fragments[index]
      this.#forgetEarly(this.#received + 1)
      freshBytes += recordCost(fragment.bytes)
      this.#takeIn(fragment, frameBytes, deliveries)
    }
    for (;;) {
      const fragment = this.#forgetEarly(this.#received + 1)
      if (fragment === undefined) break
      freshBytes += recordCost(fragment.bytes)
      this.#takeIn(fragment, fragment.bytes.length, deliveries)
    }
    return { deliveries, freshBytes, irregular: skipped > 0 || this.#early.size > 0 }
  }

  /** Walks through what would be taken in: a message over the limit is found before anything changes. */
  #checkSizes(data: DataFrame, skipped: number): void {
    let size = this.#pieceBytes
    for (let index = skipped; index < data.fragments.length; index++) size = this.#grown(size, data.fragments[index])
    if (this.#early.size === 0) return
    for (let sequence = data.first + data.fragments.length; ; sequence++) {
      const fragment = this.#early.get(sequence)
      if (fragment === undefined) return
      size = this.#grown(size, fragment)
    }
  }

  /** What a message of so many bytes has with one more record; 0 behind its last. @throws ProtocolError `message-too-large` */
  #grown(before: number, { bytes, more }: Fragment): number {
    const size = before + bytes.length
    if (size > this.#limits.maxMessageBytes) {
      throw new ProtocolError('message-too-large', 'a message over the limit', { size })
    }
    return more ? size : 0
  }

  #takeIn({ bytes, more }: Fragment, frameBytes: number, deliveries: Delivery[]): void {
    this.#received++
    if (!more && this.#pieces.length === 0) {
      deliveries.push({ type: 'message', sequence: this.#received, bytes })
      return
    }
    this.#pieces.push(compact(bytes, frameBytes))
    this.#pieceBytes += bytes.length
    if (more) return
    deliveries.push({ type: 'message', sequence: this.#received, bytes: join(this.#pieces, this.#pieceBytes) })
    this.#pieces = []
    this.#pieceBytes = 0
  }

  #keepEarly(data: DataFrame, frameBytes: number): Arrival {
    for (let index = 0; index < data.fragments.length; index++) {
      const { bytes, more } = data.fragments[index]
      const sequence = data.first + index
      const cost = recordCost(bytes)
      // Beyond the limit it is dropped; the sender repeats it.
      if (this.#earlyBytes + cost > this.#limits.maxReorderedBytes) break
      if (this.#early.has(sequence)) continue
      this.#early.set(sequence, { bytes: compact(bytes, frameBytes), more })
      this.#earlyBytes += cost
    }
    return { deliveries: [], freshBytes: 0, irregular: true }
  }

  #forgetEarly(sequence: Sequence): Fragment | undefined {
    if (this.#early.size === 0) return undefined
    const fragment = this.#early.get(sequence)
    if (fragment === undefined) return undefined
    this.#early.delete(sequence)
    this.#earlyBytes -= recordCost(fragment.bytes)
    return fragment
  }

  image(): InboxImage {
    return [this.#received, this.#early, this.#earlyBytes, this.#pieces, this.#pieceBytes]
  }

  restore(image: InboxImage): void {
    let early: InboxImage[1]
    let pieces: InboxImage[3]
    ;[this.#received, early, this.#earlyBytes, pieces, this.#pieceBytes] = image
    for (const [sequence, fragment] of early) this.#early.set(sequence, copied(fragment))
    this.#pieces = pieces.map((bytes) => bytes.slice())
  }
}

/** A view that is kept must not keep a much larger frame alive. */
function compact(bytes: Uint8Array, frameBytes: number): Uint8Array {
  return bytes.length * 2 < frameBytes ? bytes.slice() : bytes
}

function join(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
