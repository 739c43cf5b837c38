/**
 * What calls of other nodes came to, for as long as a call on the result may be under way (promise pipelining): from the call's arrival
 * until the caller is known to have the answer. So long the result is a root here.
 * Source of the rule: docs/protocol.md, section 2, Answers.
 */
import type { NodeId, Sequence } from '@holdfast/core'

export class Answers {
  readonly #peers = new Map<NodeId, PeerAnswers>()

  /** How many results are kept. O(peers). */
  get size(): number {
    let size = 0
    for (const answers of this.#peers.values()) size += answers.size
    return size
  }

  /** The promise of a result, or a result whose answer waits to be sent. */
  keep(peer: NodeId, call: number, result: unknown): void {
    this.#of(peer).keep(call, result)
  }

  /** Whether a result, or a promise of one, is kept. */
  has(peer: NodeId, call: number): boolean {
    return this.#peers.get(peer)?.has(call) ?? false
  }

  get(peer: NodeId, call: number): unknown {
    return this.#peers.get(peer)?.get(call)
  }

  /** The answer is on its way, in the message with this sequence, greater than any before. */
  sent(peer: NodeId, sequence: Sequence, { call, result }: KeptAnswer): void {
    this.#of(peer).sent(sequence, call, result)
  }

  /** The peer has processed all messages up to a sequence. O(answers that it has got). */
  acknowledged(peer: NodeId, sequence: Sequence): void {
    this.#peers.get(peer)?.acknowledged(sequence)
  }

  /** The session with a peer is over. */
  ended(peer: NodeId): void {
    this.#peers.delete(peer)
  }

  #of(peer: NodeId): PeerAnswers {
    const known = this.#peers.get(peer)
    if (known !== undefined) return known
    const answers = new PeerAnswers()
    this.#peers.set(peer, answers)
    return answers
  }
}

/** Columns that have become longer than this are cut down when half of them is free. */
const MAX_KEPT_PLACES = 1024

/** The caller's number of a call, and what it came to. */
export interface KeptAnswer {
  readonly call: number
  readonly result: unknown
}

/**
 * Of one peer. Most results are only put in and let go of again, in order: they stand in columns, and only once a call asks for one, is
 * there an index.
 */
class PeerAnswers {
  /** By the caller's number: what is not on its way yet. */
  readonly #waiting = new Map<number, unknown>()
  /** Answers on their way, from place `#head` to before `#tail`: by ascending sequence. The other places are free. */
  #sequences: Sequence[] = []
  #calls: number[] = []
  #results: unknown[] = []
  #head = 0
  #tail = 0
  /** The results on their way by the caller's number; null while nobody has asked since there were none. */
  #index: Map<number, unknown> | null = null

  get size(): number {
    return this.#waiting.size + this.#tail - this.#head
  }

  keep(call: number, result: unknown): void {
    this.#waiting.set(call, result)
  }

  has(call: number): boolean {
    return this.#waiting.has(call) || this.#indexed().has(call)
  }

  get(call: number): unknown {
    return this.#waiting.has(call) ? this.#waiting.get(call) : this.#indexed().get(call)
  }

  sent(sequence: Sequence, call: number, result: unknown): void {
    if (this.#waiting.size > 0) this.#waiting.delete(call)
    const place = this.#tail++
    this.#sequences[place] = sequence
    this.#calls[place] = call
    this.#results[place] = result
    this.#index?.set(call, result)
  }

  acknowledged(sequence: Sequence): void {
    const from = this.#head
    while (this.#head < this.#tail && this.#sequences[this.#head] <= sequence) {
      this.#index?.delete(this.#calls[this.#head])
      this.#results[this.#head++] = undefined
    }
    if (this.#head === from) return
    if (this.#head === this.#tail) this.#index = null
    const isLong = this.#sequences.length > MAX_KEPT_PLACES
    if (this.#head === this.#tail && !isLong) this.#head = this.#tail = 0
    else if (isLong && this.#head * 2 >= this.#tail) this.#compact()
  }

  #indexed(): ReadonlyMap<number, unknown> {
    if (this.#index !== null) return this.#index
    this.#index = new Map()
    for (let place = this.#head; place < this.#tail; place++) this.#index.set(this.#calls[place], this.#results[place])
    return this.#index
  }

  /** Amortized O(1) an answer: more than half of the places are empty. */
  #compact(): void {
    this.#sequences = this.#sequences.slice(this.#head, this.#tail)
    this.#calls = this.#calls.slice(this.#head, this.#tail)
    this.#results = this.#results.slice(this.#head, this.#tail)
    this.#tail -= this.#head
    this.#head = 0
  }
}
