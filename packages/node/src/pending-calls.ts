/** Calls that wait for their answers, by number. A call whose session ends is answered with null: none hangs for ever. */
import type { NodeId } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import type { CallFailure } from './call-failure.js'
import type { IncomingAnswer } from './message.js'

/** Gets the answer to a call, or null and why there will be none. */
export type OnAnswer = (answer: IncomingAnswer | null, failure: CallFailure | null) => void

export interface PendingCall {
  readonly node: NodeId
  /** The import that was called, if it was one. */
  readonly target: Handle | null
  readonly onAnswer: OnAnswer
}

export class PendingCalls {
  readonly #calls = new Map<number, PendingCall>()
  #last: number

  /** @param last the highest number that was given before */
  constructor(last: number) {
    this.#last = last
  }

  get size(): number {
    return this.#calls.size
  }

  /** A number for a call that is to come, never 0 and never used again. */
  next(): number {
    return ++this.#last
  }

  add(number: number, call: PendingCall): void {
    this.#calls.set(number, call)
  }

  /** Who waits for a call's answer from a node, once. */
  take(call: number, node: NodeId): OnAnswer | undefined {
    const pending = this.#calls.get(call)
    if (pending?.node !== node) return undefined
    this.#calls.delete(call)
    return pending.onAnswer
  }

  /** Who waits for answers of a node, or of any, once. O(calls that wait). */
  takeAll(node?: NodeId): PendingCall[] {
    return this.#takeWhere((pending) => node === undefined || pending.node === node)
  }

  /** Who waits for answers of these targets, once. O(calls that wait). */
  takeTargets(targets: ReadonlySet<Handle>): PendingCall[] {
    return this.#takeWhere(({ target }) => target !== null && targets.has(target))
  }

  #takeWhere(isMeant: (call: PendingCall) => boolean): PendingCall[] {
    const lost = [...this.#calls].filter(([, pending]) => isMeant(pending))
    for (const [call] of lost) this.#calls.delete(call)
    return lost.map(([, pending]) => pending)
  }
}
