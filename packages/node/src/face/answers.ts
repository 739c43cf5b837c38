/**
 * What calls of other nodes came to, for as long as a call on the result may be under way (promise pipelining): from the call's arrival
 * until the caller is known to have the answer. So long the result is a root here.
 * Source of the rule: docs/protocol.md, section 2, Answers.
 */
import type { NodeId, Sequence } from '@holdfast/core'

interface PeerAnswers {
  /** By the caller's number: results, or promises of them. */
  readonly results: Map<number, unknown>
  /** Answers that were sent, in order: the sequence of the message and the number of the call. */
  readonly sent: { readonly sequence: Sequence; readonly call: number }[]
}

export class Answers {
  readonly #peers = new Map<NodeId, PeerAnswers>()

  /** How many results are kept. O(peers). */
  get size(): number {
    let size = 0
    for (const { results } of this.#peers.values()) size += results.size
    return size
  }

  /** The result of a call, or a promise of it. */
  keep(peer: NodeId, call: number, result: unknown): void {
    let answers = this.#peers.get(peer)
    if (answers === undefined) {
      answers = { results: new Map(), sent: [] }
      this.#peers.set(peer, answers)
    }
    answers.results.set(call, result)
  }

  /** Whether a result, or a promise of one, is kept. */
  has(peer: NodeId, call: number): boolean {
    return this.#peers.get(peer)?.results.has(call) ?? false
  }

  get(peer: NodeId, call: number): unknown {
    return this.#peers.get(peer)?.results.get(call)
  }

  /** The answer is on its way. */
  sent(peer: NodeId, call: number, sequence: Sequence): void {
    this.#peers.get(peer)?.sent.push({ sequence, call })
  }

  /** The peer has processed all messages up to a sequence. O(answers that it has got). */
  acknowledged(peer: NodeId, sequence: Sequence): void {
    const answers = this.#peers.get(peer)
    if (answers === undefined) return
    const { sent, results } = answers
    let count = 0
    while (count < sent.length && sent[count].sequence <= sequence) results.delete(sent[count++].call)
    if (count > 0) sent.splice(0, count)
  }

  /** The session with a peer is over. */
  ended(peer: NodeId): void {
    this.#peers.delete(peer)
  }
}
