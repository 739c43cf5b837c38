import { type Duration, type Incarnation, incarnation, type NodeId, nodeId } from '@holdfast/core'
import type { LeaseOptions } from '@holdfast/lease'
import { type Clock, type Link, RealClock } from '@holdfast/transport'
import type { MessagePortLike } from '@holdfast/transport/message-port'
import type { RoundPace } from '../round-schedule.js'
import type { Authenticate, Credentials } from './authentication.js'
import type { Codecs } from './codecs.js'
import type { QuotaLimits } from './quota.js'
import type { WebSocketOptions } from './web-sockets.js'

/** What a link can be made from. */
export type LinkSource = Link | MessagePortLike

export interface NodeOptions {
  /** The node's name, different from that of every other: 1 to 64 characters. */
  readonly id: string
  /** This lifetime of it: later than every earlier one. Default: the time of day, in ms. */
  readonly incarnation?: number
  /**
   * Opens a link to a node that something here refers to, or says at which URL, or says that it can't. Addresses that nodes have told are
   * tried besides, and peers are asked.
   */
  readonly dial?: (peer: NodeId) => LinkSource | string | null | Promise<LinkSource | string | null>
  /** What this node sends of itself where it connects, to be believed: see `authenticate`. Nothing when left out. */
  readonly credentials?: Credentials
  /**
   * Whether another node is who it says it is, and may be a peer: asked for each link, before anything else that comes over it is looked at. A
   * node that is refused hears so by the code `not-admitted`, and does not ask again at that URL by itself. When left out, anybody may.
   */
  readonly authenticate?: Authenticate
  /** For links over WebSockets. */
  readonly webSocket?: WebSocketOptions
  /** How long a silent peer is waited for; the same for all nodes that meet. Default: a term of 30,000 ms. */
  readonly lease?: Partial<LeaseOptions>
  /**
   * The node that holds rounds for collecting cycles; the same for all that meet. Default: of the nodes that are joined by message
   * ports, each trusts all, and the one with the least name holds rounds; nodes joined otherwise are not trusted.
   */
  readonly coordinator?: string
  /** How often rounds are held by this node, if it is the one to hold them; `null` for never but on demand. */
  readonly rounds?: RoundPace | null
  /** How often V8 is made to collect, so that what was let go of is noticed. */
  readonly garbage?: GarbagePace
  /** How objects are copied that have no form of their own, by name; the same on both sides. May be added to later. */
  readonly codecs?: Codecs
  /** What one peer may make this node keep. */
  readonly quota?: QuotaLimits
  /** Whether an open session keeps the process alive. Default: true. */
  readonly keepAlive?: boolean
  /**
   * Whether `remote.field = value` sends the value, as comlink does; nobody can wait for it, and what goes wrong is an unhandled rejection.
   * Default: false, it throws a TypeError.
   */
  readonly assignable?: boolean
  /**
   * How long calls under way wait for a lost link to be replaced, in ms, before they reject. Default: 1,000; 5,000 for links over a
   * network.
   */
  readonly reconnectMs?: number
  /** For tests: where the time comes from. */
  readonly clock?: Clock
  /** For tests: where chance comes from, in [0, 1). It keeps nodes that lost the same server from coming back all at once. */
  readonly random?: () => number
}

export interface ConnectOptions {
  /** How long to go on trying, in ms, when nobody answers at a URL yet. Default: 0. */
  readonly patienceMs?: Duration
}

export interface GarbagePace {
  /** The most of the time that forced collections may take. Default: 0.01. 0: none is forced. */
  readonly share?: number
  /** The shortest wait between two, in ms. Default: 1,000. */
  readonly shortest?: Duration
  /** The longest, in ms: what was dropped on an idle node is noticed by then, as far as the share allows. Default: 60,000. */
  readonly longest?: Duration
}

export interface CompleteOptions extends NodeOptions {
  readonly node: NodeId
  readonly lifetime: Incarnation
  readonly time: Clock
  readonly random: () => number
}

/** @throws ProtocolError `bad-id` */
export function completeOptions(options: NodeOptions): CompleteOptions {
  return {
    ...options,
    node: nodeId(options.id),
    lifetime: incarnation(options.incarnation ?? Date.now()),
    time: options.clock ?? new RealClock({ keepAlive: options.keepAlive ?? true }),
    random: options.random ?? Math.random,
  }
}
