/** What waits for a session with a node, in order; told false when there will be none. */
import type { NodeId } from '@holdfast/core'

export type OnSession = (isOpen: boolean) => void

export class SessionWaiters {
  readonly #waiting = new Map<NodeId, OnSession[]>()

  /** How many nodes are waited for. */
  get size(): number {
    return this.#waiting.size
  }

  /** @returns whether it is the first to wait for this node */
  add(node: NodeId, action: OnSession): boolean {
    const waiting = this.#waiting.get(node)
    if (waiting === undefined) this.#waiting.set(node, [action])
    else waiting.push(action)
    return waiting === undefined
  }

  /** What waits for a node, once. */
  take(node: NodeId): OnSession[] {
    const actions = this.#waiting.get(node) ?? []
    this.#waiting.delete(node)
    return actions
  }

  /** What waits for any node, once. */
  takeAll(): OnSession[] {
    const actions = [...this.#waiting.values()].flat()
    this.#waiting.clear()
    return actions
  }
}
