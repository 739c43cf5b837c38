/**
 * What a driver must do after a step, in the order given. An effect's objects and imports are alive in the tables at that
 * moment; a driver that keeps them pins them in its heap before it does anything else.
 */
import type { ErrorData, ImportId, Incarnation, NodeAddress, NodeId, ObjectKey } from '@holdfast/core'
import type { ArrivedReference, WeakHold } from './event.js'

/** Why objects have no holder any more: drops, a verdict, a holder that vanished, or the owner took them back. */
export type ReleaseReason = 'listing' | 'verdict' | 'lease' | 'revocation'

export type CollectorEffect =
  /**
   * Something waits for a session with a node: open a link to it, or step `open-session` if there is one. Sent again after a while,
   * as long as something waits and neither has opened.
   */
  | { readonly type: 'connect'; readonly peer: NodeId }
  /** A session with a node begins: calls to it are possible from now on. */
  | { readonly type: 'session-opened'; readonly peer: NodeId; readonly incarnation: Incarnation }
  /**
   * A session is over; `error` when the peer broke the protocol. The imports from it are kept, but of no use until the next session,
   * which the collector asks for by `connect` as long as it holds any; they break (`broken`) if a later lifetime of the peer appears, or
   * none comes in time (`expired`).
   */
  | {
      readonly type: 'session-ended'
      readonly peer: NodeId
      readonly reason: string
      readonly error: ErrorData | null
    }
  /** An application message arrived. `target` is null for the node itself. */
  | {
      readonly type: 'called'
      readonly from: NodeId
      readonly call: number
      readonly target: ObjectKey | null
      readonly references: readonly ArrivedReference[]
      readonly payload: Uint8Array
    }
  /** An application message to an object that is gone, or not listed for the sender: its references arrived all the same. */
  | {
      readonly type: 'rejected'
      readonly from: NodeId
      readonly call: number
      readonly references: readonly ArrivedReference[]
    }
  /** The answer to a call arrived. */
  | {
      readonly type: 'returned'
      readonly from: NodeId
      readonly call: number
      readonly references: readonly ArrivedReference[]
      readonly payload: Uint8Array
    }
  /**
   * These imports refer to nothing any more: whoever uses them gets an error. They have left the tables. `refused`: they came as gifts that
   * their owner says nobody has made to this node.
   */
  | { readonly type: 'broken'; readonly imports: readonly ImportId[]; readonly why?: 'refused' }
  /**
   * Too long without a session with this lifetime of a node: what it held was removed, and what this node held of it, given up;
   * Before it comes `broken`, after it `released`, where something broke or was freed.
   */
  | { readonly type: 'expired'; readonly peer: NodeId; readonly incarnation: Incarnation }
  /** There will be no session with a peer: it knows a later lifetime of this node. */
  | { readonly type: 'refused'; readonly peer: NodeId }
  // The next five come after every other effect of their turn but `transmit`: they look at all that has arrived.
  /** Nobody holds these objects any more (`listing`, or `lease` if somebody vanished), or a verdict condemned them: collect locally, soon. */
  | { readonly type: 'released'; readonly by: ReleaseReason; readonly objects: readonly ObjectKey[] }
  /** No gift pins these imports any more: if nothing in the heap refers to one either, drop it. */
  | { readonly type: 'unpinned'; readonly imports: readonly ImportId[] }
  /**
   * Nothing but weak holders keeps these from being garbage: clear all their weak holders. If a stamp has moved, none of them: they
   * lead to each other. A later round then finds them.
   */
  | { readonly type: 'clear-weak'; readonly holds: readonly WeakHold[] }
  /** A coordinator wants a report: `beginReport`, trace, then the event `report`. */
  | { readonly type: 'report-wanted'; readonly by: NodeId }
  /** Collect locally, drop, then report to `by`. Never answered by asking anybody for the same. */
  | { readonly type: 'bring-out-your-dead'; readonly by: NodeId }
  /** A report for this node as coordinator arrived. */
  | { readonly type: 'reported'; readonly by: NodeId }
  /**
   * This node's round is over. What `weak` counts, weak holders alone keep; their nodes are told to clear it, so another round
   * is worth while.
   */
  | {
      readonly type: 'judged'
      /** Nodes that are part of it by what the others have reported, and did not report themselves. */
      readonly unreported: readonly NodeId[]
      readonly suspects: number
      readonly condemned: number
      readonly weak: number
      readonly missing: readonly NodeId[]
    }
  /** Somebody without this node's trust asked for a report or sent a verdict: it was ignored. */
  | { readonly type: 'untrusted'; readonly peer: NodeId }
  /** A condemned export was used since: the verdict was refused whole. A clock assumption is broken, or a bug: log it loudly. */
  | { readonly type: 'alarm'; readonly coordinator: NodeId; readonly condemned: number }
  /** Give a frame to the link of a peer. Always last: everything above is committed. */
  | { readonly type: 'transmit'; readonly peer: NodeId; readonly frame: Uint8Array }

/** How a node is named in logs: `alice#3`. */
export const nameOf = (address: NodeAddress): string => `${address.node}#${address.incarnation}`
