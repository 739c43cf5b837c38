/** What one peer may make this node keep. A peer that never lets go is stopped by it, and nobody else is. */
import { LimitError, type NodeId } from '@holdfast/core'
import type { PaceLimits } from '../frame-pace.js'
import type { HeapNode } from '../heap-node.js'

/** What it may make this node keep, and how fast it may speak: without a limit when neither rate is given. */
export interface QuotaLimits extends PaceLimits {
  /** The most objects of this node that one peer may hold. Default: 2^20. */
  readonly held?: number
  /** The most calls of one peer that may be under way here, and of this node to all others. Default: 65,536. */
  readonly calls?: number
}

type KeptLimits = Required<Pick<QuotaLimits, 'held' | 'calls'>>

const DEFAULT_QUOTA: KeptLimits = { held: 2 ** 20, calls: 2 ** 16 }

export class Quota {
  readonly #node: HeapNode
  readonly #limits: KeptLimits

  constructor(node: HeapNode, limits: QuotaLimits = {}) {
    this.#node = node
    this.#limits = { ...DEFAULT_QUOTA, ...limits }
  }

  /** @param count of references about to be given @throws LimitError `quota-held` */
  checkGrant(peer: NodeId, count: number): void {
    if (count === 0) return
    const held = this.#node.sessionWith(peer)?.held ?? 0
    if (held + count <= this.#limits.held) return
    throw new LimitError('quota-held', 'the peer holds as many objects of this node as it may', { peer, held })
  }

  /** @param count of calls under way @throws LimitError `quota-calls` */
  checkCalls(peer: NodeId, count: number): void {
    if (count < this.#limits.calls) return
    throw new LimitError('quota-calls', 'as many calls are under way as may be', { peer, count })
  }
}

/** The pace of peers, if it is limited. */
export function paceOf(limits: QuotaLimits = {}): PaceLimits | null {
  return limits.bytesPerSecond === undefined && limits.messagesPerSecond === undefined ? null : limits
}
