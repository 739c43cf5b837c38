/**
 * Everything that can happen to a node's collector. An event is one turn: it commits whole or throws before it changed
 * anything (`UsageError`, `LimitError`: the caller's; a peer's mistake is an effect, never thrown).
 */
import type { ExportId, ImportId, NodeId, ObjectKey } from '@holdfast/core'
import type { LocalTrace } from '@holdfast/tracing'
import type { ReportTicket } from './report-builder.js'

/** A reference as this node's application has it: to an object of its own, or to one that it imports. */
export type LocalReference = { readonly object: ObjectKey } | { readonly import: ImportId }

/**
 * What weak holders of the program refer to, each object or import once. `stamp` moves when a holder is made and each time
 * that one hands the object out, and is never the same again for it: a counter of the whole node will do.
 */
export type WeakHold = LocalReference & { readonly stamp: number }

/** A reference that came in a message; `broken` when the object it named is gone. */
export type ArrivedReference = LocalReference | { readonly broken: ExportId }

/** Where a call goes: to an imported object, or to a node itself. */
export type CallTarget = { readonly import: ImportId } | { readonly node: NodeId }

export type CollectorEvent =
  /** A link to a node is up; `reliable` as its transport says. */
  | { readonly type: 'link-opened'; readonly peer: NodeId; readonly reliable: boolean }
  /** The link to a node is gone; its session lives on and waits for another. */
  | { readonly type: 'link-closed'; readonly peer: NodeId }
  /** A session is wanted over the link to a node, where the last has ended. Nothing if there is one, or asked for. */
  | { readonly type: 'open-session'; readonly peer: NodeId }
  /** A frame came over the link to a node. */
  | { readonly type: 'frame'; readonly peer: NodeId; readonly frame: Uint8Array }
  /** The time is `nextDeadline()` or later, and the inbox was polled since it passed. */
  | { readonly type: 'deadline' }
  /** The application sends a message. Nothing is granted if it throws (`no-session`, `no-such-import`, limits). */
  | {
      readonly type: 'call'
      readonly to: CallTarget
      /** The application's number of the call, 0 when it wants no answer. */
      readonly call: number
      readonly references: readonly LocalReference[]
      readonly payload: Uint8Array
      /** It need not go at once: the next event that is not held sends it along. */
      readonly isHeld?: boolean
    }
  /** The application answers a call. */
  | {
      readonly type: 'return'
      readonly to: NodeId
      readonly call: number
      readonly references: readonly LocalReference[]
      readonly payload: Uint8Array
      /** It need not go at once: the next event that is not held sends it along. */
      readonly isHeld?: boolean
    }
  /** What earlier events have left unsent (`isHeld`) goes now. */
  | { readonly type: 'flush' }
  /**
   * Nothing on this node refers to these imports any more. Pinned ones must not be among them. With the `generations` that their
   * representatives had, this may come late: what is gone, or has another representative since (`rebind`), is passed over.
   */
  | { readonly type: 'drop'; readonly imports: readonly ImportId[]; readonly generations?: readonly number[] }
  /**
   * The answer to `report-wanted` or `bring-out-your-dead`: a trace made in this very turn, since `beginReport()`. `weak`
   * names all that can be dereferenced without a message, whether the program reaches it or not; what is left out may be
   * freed. A broken import must not be in it: its id may be another's by then.
   */
  | {
      readonly type: 'report'
      readonly to: NodeId
      readonly ticket: ReportTicket
      readonly trace: LocalTrace
      readonly weak?: readonly WeakHold[]
    }
  /** This node coordinates a round: asks these nodes (itself, if named, too) to collect, drop and report, then judges. */
  | { readonly type: 'begin-round'; readonly nodes: readonly NodeId[] }
  /** The owner takes an object back: from one holder, or from all. What they hold is broken. Throws `no-session` for one without. */
  | { readonly type: 'revoke'; readonly object: ObjectKey; readonly holder?: NodeId }
  /**
   * The session with a peer ends, if there is one. `isFinal`: its lifetime is known to be over; what is held of it breaks at once.
   */
  | { readonly type: 'end-session'; readonly peer: NodeId; readonly reason: string; readonly isFinal: boolean }
  /** Judges what reports there are, now; ends a round that waits. */
  | { readonly type: 'judge' }
  /** The process of this node is another one, and its state that of before: all links are gone, and nobody knows for how long it was away. */
  | { readonly type: 'restarted' }
  /** The state is about to be kept as data, without what is soft: this machine forgets that too, so that both go on alike. Never in a round. */
  | { readonly type: 'checkpoint' }
