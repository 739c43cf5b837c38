/** Calls that wait for their answers, by number. A call whose session ends is answered with null: none hangs for ever. */
import type { NodeId } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import type { IncomingAnswer } from './message.js'

export type OnAnswer = (answer: IncomingAnswer | null) => void

interface PendingCall {
  readonly node: NodeId
  /** The import that was called, if it was one. */
  readonly target: Handle | null
  readonly onAnswer: OnAnswer
}

export class PendingCalls {
  readonly #calls = new Map<number, PendingCall>()
  #last = 0

  get size(): number {
    return this.#calls.size
  }

  /** @returns the call's number, never 0 */
  add(call: PendingCall): number {
    this.#calls.set(++this.#last, call)
    return this.#last
  }

  /** Who waits for a call's answer, once. */
  take(call: number): OnAnswer | undefined {
    const pending = this.#calls.get(call)
    this.#calls.delete(call)
    return pending?.onAnswer
  }

  /** Who waits for answers of a node, or of any, once. O(calls that wait). */
  takeAll(node?: NodeId): OnAnswer[] {
    return this.#takeWhere((pending) => node === undefined || pending.node === node)
  }

  /** Who waits for answers of these targets, once. O(calls that wait). */
  takeTargets(targets: ReadonlySet<Handle>): OnAnswer[] {
    return this.#takeWhere(({ target }) => target !== null && targets.has(target))
  }

  #takeWhere(isMeant: (call: PendingCall) => boolean): OnAnswer[] {
    const lost = [...this.#calls].filter(([, pending]) => isMeant(pending))
    for (const [call] of lost) this.#calls.delete(call)
    return lost.map(([, { onAnswer }]) => onAnswer)
  }
}
