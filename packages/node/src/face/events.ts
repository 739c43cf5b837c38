/** What a node tells its program of, and who listens. */
import type { ReleaseReason } from '@holdfast/collector'
import type { NodeId } from '@holdfast/core'

export type NodeEvent =
  /** There is a session with a peer. `isBack`: there was one before, with the same lifetime of it, and nothing is lost. */
  | { readonly type: 'peer-up'; readonly peer: NodeId; readonly isBack: boolean }
  /** The session is over; what is held of the peer waits for another. */
  | { readonly type: 'peer-down'; readonly peer: NodeId; readonly reason: string }
  /** A later lifetime of the peer has appeared: what was held of the earlier one is broken. */
  | { readonly type: 'peer-restarted'; readonly peer: NodeId }
  /** The peer was closed, or is known to be gone: what was held of it is broken. */
  | { readonly type: 'peer-gone'; readonly peer: NodeId }
  /** The peer was out of reach for too long: what it held was let go of, what was held of it is broken. */
  | { readonly type: 'peer-expired'; readonly peer: NodeId }
  /**
   * Remote objects that are gone for good. Those that nothing in this node has in hand any more are not among them. `refused`: this node
   * was told that it was given them, and their owner says that nobody has.
   */
  | { readonly type: 'broken'; readonly remotes: readonly object[]; readonly why?: 'refused' }
  /** A node that calls itself so was not admitted: `authenticate` has said no, or did not say anything in time. */
  | { readonly type: 'not-admitted'; readonly peer: NodeId }
  /** How many objects of this node lost their last remote holder, and by what. */
  | { readonly type: 'released'; readonly count: number; readonly by: ReleaseReason }
  /** An object with fields that cannot be traced was pinned instead. */
  | { readonly type: 'pinned'; readonly className: string; readonly field: string }
  /** A verdict named an object that was used since: a clock assumption is broken, or there is a bug. Never expected. */
  | { readonly type: 'alarm'; readonly coordinator: NodeId; readonly condemned: number }
  /** A collection of cycles over several nodes is over, with this node as its coordinator. */
  | {
      readonly type: 'collected'
      readonly suspects: number
      readonly condemned: number
      readonly missing: readonly NodeId[]
    }
  /** A call arrived: whose, and the path from the target to what was called. */
  | { readonly type: 'call'; readonly peer: NodeId; readonly path: string }

export type NodeEventType = NodeEvent['type']
export type NodeEventOf<Type extends NodeEventType> = Extract<NodeEvent, { readonly type: Type }>
type Listener = (event: NodeEvent) => void

export class Events {
  readonly #listeners = new Map<NodeEventType, Set<Listener>>()

  /** @returns stops listening */
  on<Type extends NodeEventType>(type: Type, listener: (event: NodeEventOf<Type>) => void): () => void {
    const listeners = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, listeners)
    // One entry for each call, also for the same function.
    const entry: Listener = (event) => listener(event as NodeEventOf<Type>)
    listeners.add(entry)
    return () => listeners.delete(entry)
  }

  has(type: NodeEventType): boolean {
    return (this.#listeners.get(type)?.size ?? 0) > 0
  }

  /** Tells all who listen, in order. What one throws is reported as an uncaught error; the others hear of the event all the same. */
  emit(event: NodeEvent): void {
    for (const listener of this.#listeners.get(event.type) ?? []) {
      attempt(() => listener(event))
    }
  }
}

/** Runs code of the program: what it throws is reported as an uncaught error, and nothing else is disturbed. */
export function attempt(code: () => void): void {
  try {
    code()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
