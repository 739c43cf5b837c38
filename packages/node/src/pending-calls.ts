/** Calls that wait for their answers, by number. A call whose session ends is answered with null: none hangs for ever. */
import type { NodeId } from '@holdfast/core'
import type { IncomingAnswer } from './message.js'

export type OnAnswer = (answer: IncomingAnswer | null) => void

export class PendingCalls {
  readonly #calls = new Map<number, { readonly node: NodeId; readonly onAnswer: OnAnswer }>()
  #last = 0

  get size(): number {
    return this.#calls.size
  }

  /** @returns the call's number, never 0 */
  add(node: NodeId, onAnswer: OnAnswer): number {
    this.#calls.set(++this.#last, { node, onAnswer })
    return this.#last
  }

  /** Who waits for a call's answer, once. */
  take(call: number): OnAnswer | undefined {
    const pending = this.#calls.get(call)
    this.#calls.delete(call)
    return pending?.onAnswer
  }

  /** Who waits for answers of a node, or of any, once. */
  takeAll(node?: NodeId): OnAnswer[] {
    const lost = [...this.#calls].filter(([, pending]) => node === undefined || pending.node === node)
    for (const [call] of lost) this.#calls.delete(call)
    return lost.map(([, { onAnswer }]) => onAnswer)
  }
}
