/** Who waits for a session with a node; each is told once whether there is one, after some patience that there is none. */
import { after, type Duration, type NodeId } from '@holdfast/core'
import type { Clock } from '@holdfast/transport'

export type OnSession = (isOpen: boolean) => void

export class SessionWaiters {
  readonly #clock: Clock
  readonly #patience: Duration
  readonly #waiting = new Map<NodeId, Set<OnSession>>()

  /** @param patience how long each waits at most */
  constructor(clock: Clock, patience: Duration) {
    this.#clock = clock
    this.#patience = patience
  }

  /** How many nodes are waited for. */
  get size(): number {
    return this.#waiting.size
  }

  has(node: NodeId): boolean {
    return this.#waiting.has(node)
  }

  add(node: NodeId, action: OnSession): void {
    const waiting = this.#waiting.get(node) ?? new Set()
    this.#waiting.set(node, waiting)
    const cancel = this.#clock.schedule(after(this.#clock.now(), this.#patience), () => {
      waiting.delete(told)
      if (waiting.size === 0) this.#waiting.delete(node)
      action(false)
    })
    const told: OnSession = (isOpen) => {
      cancel()
      action(isOpen)
    }
    waiting.add(told)
  }

  /** Tells those that wait for a node, in order. */
  tell(node: NodeId, isOpen: boolean): void {
    const waiting = this.#waiting.get(node)
    this.#waiting.delete(node)
    for (const told of waiting ?? []) told(isOpen)
  }

  /** There will be no session with anybody. */
  end(): void {
    const waiting = [...this.#waiting.values()].flatMap((actions) => [...actions])
    this.#waiting.clear()
    for (const told of waiting) told(false)
  }
}
