/**
 * The calls that have come and are not answered: who made them waits, in the same session, for as long as it lasts. A handler that is to
 * answer later is gone with its process; then somebody else has to. And the highest number that a call of this node has had.
 */
import type { CollectorEffect, CollectorEvent } from '@holdfast/collector'
import type { NodeId } from '@holdfast/core'

export class OpenCalls {
  readonly #open = new Map<NodeId, Set<number>>()
  #lastCall = 0

  get lastCall(): number {
    return this.#lastCall
  }

  /** A turn has happened. O(effects). */
  observe(event: CollectorEvent, effects: readonly CollectorEffect[]): void {
    if (event.type === 'call' && event.call > this.#lastCall) this.#lastCall = event.call
    else if (event.type === 'return') this.#answered(event.to, event.call)
    for (const effect of effects) {
      if (effect.type === 'called' || effect.type === 'rejected') this.#came(effect.from, effect.call)
      else if (effect.type === 'session-ended') this.#open.delete(effect.peer)
    }
  }

  of(peer: NodeId): readonly number[] {
    return [...(this.#open.get(peer) ?? [])]
  }

  peers(): readonly NodeId[] {
    return [...this.#open.keys()]
  }

  image(): OpenCallsImage {
    return { lastCall: this.#lastCall, open: this.#open }
  }

  restore({ lastCall, open }: OpenCallsImage): void {
    this.#lastCall = lastCall
    for (const [peer, calls] of open) this.#open.set(peer, new Set(calls))
  }

  #came(peer: NodeId, call: number): void {
    if (call === 0) return
    const calls = this.#open.get(peer)
    if (calls === undefined) this.#open.set(peer, new Set([call]))
    else calls.add(call)
  }

  #answered(peer: NodeId, call: number): void {
    const calls = this.#open.get(peer)
    calls?.delete(call)
    if (calls?.size === 0) this.#open.delete(peer)
  }
}

export interface OpenCallsImage {
  readonly lastCall: number
  readonly open: ReadonlyMap<NodeId, ReadonlySet<number>>
}
