/**
 * Everything that can happen in a world, each as a plain object: a run is a list of these, and replaying the list is replaying the
 * run. Nodes and objects go by names that mean the same with any part of the list left out, so that a failing run can be cut down
 * to the few actions that matter; one that has become senseless is passed over.
 */
import type { Forgery } from './forgery.js'
import type { StorageFault } from './simulated-node.js'

/** The name of an object, of whatever node: `o17`. */
export type Label = string

/** The name of a node, over all its lifetimes. */
export type NodeName = string

/** What the program of a node does. */
export type ProgramAction =
  /** A new object that the program holds. */
  | { readonly do: 'create'; readonly at: NodeName; readonly as: Label }
  /** Many at once, `as` with a number behind; each refers to the next if they are a `chain`, which is held by its first. */
  | {
      readonly do: 'create-many'
      readonly at: NodeName
      readonly as: Label
      readonly count: number
      readonly chain: boolean
    }
  /** One object of the node refers to another object, or to something that it imports. */
  | { readonly do: 'refer'; readonly at: NodeName; readonly from: Label; readonly to: Label }
  | { readonly do: 'unrefer'; readonly at: NodeName; readonly from: Label; readonly to: Label }
  /** The program lets go of one of its holds. */
  | { readonly do: 'let-go'; readonly at: NodeName; readonly what: Label }
  /** ... of all of them. */
  | { readonly do: 'let-go-of-all'; readonly at: NodeName }
  /** A message to an imported object. */
  | { readonly do: 'send'; readonly from: NodeName; readonly to: Label; readonly references: readonly Label[] }
  /** A message to a node itself. */
  | { readonly do: 'publish'; readonly from: NodeName; readonly to: NodeName; readonly references: readonly Label[] }
  /** ... with all that a series of objects made at once consists of. */
  | { readonly do: 'publish-many'; readonly from: NodeName; readonly to: NodeName; readonly series: Label }
  /** The answer to the oldest call of a node that waits for one. */
  | { readonly do: 'answer'; readonly from: NodeName; readonly to: NodeName; readonly references: readonly Label[] }

/** What a node's runtime does, at a moment of chance's choosing. */
export type RuntimeAction =
  | { readonly do: 'collect'; readonly at: NodeName }
  /** Finalizers run late, in any order: the `which`th of those that wait, or all. */
  | { readonly do: 'finalize'; readonly at: NodeName; readonly which: number | 'all' }
  | { readonly do: 'report'; readonly at: NodeName; readonly to: NodeName }
  /** Traces, takes frames in, and only then reports: which must be refused. */
  | { readonly do: 'report-late'; readonly at: NodeName; readonly to: NodeName; readonly frames: number }
  | { readonly do: 'judge'; readonly at: NodeName }
  | { readonly do: 'begin-round'; readonly at: NodeName }
  /** Something is due at a node whose inbox is empty. */
  | { readonly do: 'tick'; readonly at: NodeName }

/** What the network does. `at`: the place of the frame on its wire. */
export type NetworkAction =
  | { readonly do: 'deliver'; readonly from: NodeName; readonly to: NodeName; readonly at: number }
  | { readonly do: 'duplicate'; readonly from: NodeName; readonly to: NodeName; readonly at: number }
  | { readonly do: 'lose'; readonly from: NodeName; readonly to: NodeName; readonly at: number }
  /** A frame that was under way on an earlier link comes after all. */
  | { readonly do: 'late-frame'; readonly from: NodeName; readonly to: NodeName; readonly at: number }
  /** Nothing gets through in one direction: it waits. */
  | { readonly do: 'block'; readonly from: NodeName; readonly to: NodeName }
  | { readonly do: 'unblock'; readonly from: NodeName; readonly to: NodeName }
  /** A link between two nodes, in place of another if there is one. */
  | { readonly do: 'link'; readonly a: NodeName; readonly b: NodeName }
  /** The link breaks; what was under way is lost. One end may not hear of it: a half-open connection. */
  | { readonly do: 'reset'; readonly a: NodeName; readonly b: NodeName; readonly told: 'both' | 'a' | 'b' }
  /** ... until now. */
  | { readonly do: 'notice'; readonly at: NodeName; readonly peer: NodeName }
  /** Bytes that are no frame arrive, which ends the session. */
  | { readonly do: 'garble'; readonly from: NodeName; readonly to: NodeName }

/** What happens to whole nodes, and to time. */
export type WorldAction =
  /** Time passes. `moving`: all that can move does so, in time; else the whole world stands still meanwhile. */
  | { readonly do: 'pass'; readonly ms: number; readonly moving: boolean }
  /** A node does nothing for a while; frames pile up in its inbox. */
  | { readonly do: 'stall'; readonly at: NodeName }
  | { readonly do: 'wake'; readonly at: NodeName }
  | { readonly do: 'crash'; readonly at: NodeName }
  /** A new lifetime, without anything of the last. */
  | { readonly do: 'restart'; readonly at: NodeName }
  /** A node stops and keeps its state, but for its links. */
  | { readonly do: 'pause'; readonly at: NodeName }
  | { readonly do: 'resume'; readonly at: NodeName }
  /** A node with a disk: its next turn can't be committed, or its process dies between the commit and the sending. */
  | { readonly do: 'fail'; readonly at: NodeName; readonly in: StorageFault }
  /** Its process dies; after that it begins again (`resume`), the same lifetime, with what was committed. */
  | { readonly do: 'go-down'; readonly at: NodeName }
  /** A node's clock leaps ahead by so many ms, or, if there are fewer than none, stands still for so many. */
  | { readonly do: 'jump'; readonly at: NodeName; readonly ms: number }

/** What only a peer that misbehaves does, and what soft state allows anybody to do twice. */
export type ForeignAction =
  /** `n` picks among what can be lied about. */
  | { readonly do: 'forge'; readonly by: NodeName; readonly to: NodeName; readonly lie: Forgery; readonly n: number }
  /** An old report of a node, or an old verdict on it, is delivered again, in a session of a coordinator that has it. */
  | { readonly do: 'repeat'; readonly by: NodeName; readonly to: NodeName; readonly n: number }

export type Action = ProgramAction | RuntimeAction | NetworkAction | WorldAction | ForeignAction

/** What an action does. */
export type ActionKind = Action['do']
