/**
 * Calls that wait for their answers, by number. A call whose session ends is answered with null: none hangs for ever.
 *
 * Numbers go up, and most calls are answered in a while: they stand in a ring, each at its number. Whoever still waits when the ring has
 * come round moves to a table.
 */
import type { NodeId } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import type { CallFailure } from './call-failure.js'
import type { IncomingAnswer } from './message.js'

/** Gets the answer to a call, or null and why there will be none; and who has called. */
export type OnAnswer = (answer: IncomingAnswer | null, failure: CallFailure | null, call: PendingCall) => void

export interface PendingCall {
  readonly node: NodeId
  /** The import that was called, if it was one. */
  readonly target: Handle | null
  /** What the caller calls it. */
  readonly subject: unknown
  readonly onAnswer: OnAnswer
}

const MIN_PLACES = 64
/** A larger ring than this does not grow: who waits longer is found in the table. */
const MAX_PLACES = 1 << 16

export class PendingCalls {
  /** By number, modulo their count (a power of two); null where nobody waits. */
  #ring: (PendingCall | null)[] = emptyRing(MIN_PLACES)
  /** Of the calls in the ring. */
  #numbers = new Float64Array(MIN_PLACES)
  #inRing = 0
  /** Those that were there when another took their place. */
  readonly #late = new Map<number, PendingCall>()
  #last: number

  /** @param last the highest number that was given before */
  constructor(last: number) {
    this.#last = last
  }

  get size(): number {
    return this.#inRing + this.#late.size
  }

  /** A number for a call that is to come, never 0 and never used again. */
  next(): number {
    return ++this.#last
  }

  add(number: number, call: PendingCall): void {
    const { length } = this.#ring
    if (this.#inRing * 2 > length && length < MAX_PLACES) this.#grow()
    this.#put(number, call)
  }

  /** Who waits for a call's answer from a node, once. */
  take(number: number, node: NodeId): PendingCall | undefined {
    const place = this.#placeOf(number)
    const pending = this.#numbers[place] === number ? this.#ring[place] : this.#late.get(number)
    if (pending?.node !== node) return undefined
    this.#remove(number, place)
    return pending
  }

  /** Who waits for answers of a node, or of any, once, in the order of their numbers. O(calls that wait and have waited). */
  takeAll(node?: NodeId): PendingCall[] {
    return this.#takeWhere((pending) => node === undefined || pending.node === node)
  }

  /** Who waits for answers of these targets, once. As `takeAll`. */
  takeTargets(targets: ReadonlySet<Handle>): PendingCall[] {
    return this.#takeWhere(({ target }) => target !== null && targets.has(target))
  }

  #placeOf(number: number): number {
    return number % this.#ring.length
  }

  #put(number: number, call: PendingCall): void {
    const place = this.#placeOf(number)
    const before = this.#ring[place]
    if (before === null) this.#inRing++
    else this.#late.set(this.#numbers[place], before)
    this.#ring[place] = call
    this.#numbers[place] = number
  }

  #remove(number: number, place: number): void {
    if (this.#numbers[place] !== number || this.#ring[place] === null) {
      this.#late.delete(number)
      return
    }
    this.#ring[place] = null
    this.#inRing--
  }

  #grow(): void {
    const ring = this.#ring
    const numbers = this.#numbers
    this.#ring = emptyRing(ring.length * 2)
    this.#numbers = new Float64Array(ring.length * 2)
    this.#inRing = 0
    for (const [place, call] of ring.entries()) if (call !== null) this.#put(numbers[place], call)
  }

  #takeWhere(isMeant: (call: PendingCall) => boolean): PendingCall[] {
    const waiting = [...this.#late]
    for (const [place, call] of this.#ring.entries()) if (call !== null) waiting.push([this.#numbers[place], call])
    const lost = waiting.filter(([, call]) => isMeant(call)).sort(([a], [b]) => a - b)
    for (const [number] of lost) this.#remove(number, this.#placeOf(number))
    return lost.map(([, call]) => call)
  }
}

const emptyRing = (places: number): (PendingCall | null)[] => Array.from({ length: places }, () => null)
