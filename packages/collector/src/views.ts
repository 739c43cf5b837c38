/** What can be asked of a node's tables and sessions: for drivers, metrics and whoever looks for a leak. Nothing is changed. */
import {
  type ExportId,
  type ImportId,
  type Incarnation,
  type Instant,
  type NodeAddress,
  type NodeId,
  type ObjectKey,
  type Sequence,
  UsageError,
} from '@holdfast/core'
import type { NodeState } from './node-state.js'

/** How far an open session has come: equal to the other end's numbers, crosswise, when nothing is under way. */
export interface SessionProgress {
  readonly peer: NodeId
  /** My last message, and the peer's last that was processed. */
  readonly sent: Sequence
  readonly received: Sequence
}

/** A session as this node sees it. */
export interface SessionView extends SessionProgress {
  readonly incarnation: Incarnation
  readonly number: number
  /** My last message that the peer is known to have processed. */
  readonly acknowledged: Sequence
  /** How many objects of this node the peer holds in this session. */
  readonly held: number
  /** When this node's view of it is over, unless something renews it: from then on it processes nothing of it. */
  readonly endsAt: Instant
}

/** How many entries a node's tables have. All but the first two are 0 when nothing is unsettled. */
export interface TableSizes {
  readonly exports: number
  readonly imports: number
  /** Imports pinned by unacknowledged gifts. */
  readonly pins: number
  /** Entries of holders whose session has ended. */
  readonly quarantined: number
  /** Gifts that arrived and wait for a session with their owner. */
  readonly claims: number
  /** Imports of an ended session that the owner has not confirmed in another yet. */
  readonly suspended: number
  /** Imports that this node can give away only upon the gifts by which they came: their owner has not acknowledged it yet. */
  readonly unvouched: number
}

/** An object that others hold. */
export interface ExportView {
  readonly id: ExportId
  /** `ver`. */
  readonly version: number
  /** When it was last granted, used or claimed, on this node's clock. */
  readonly usedAt: Instant
  readonly holders: readonly {
    readonly address: NodeAddress
    /** Of its row in the open session; null without one. */
    readonly stamps: { readonly granted: Sequence; readonly added: Sequence } | null
    readonly isQuarantined: boolean
    /** When what it has in quarantine is removed; null while there is a session. */
    readonly expiresAt: Instant | null
  }[]
}

/** A reference that this node holds. */
export interface ImportView {
  readonly owner: NodeAddress
  readonly id: ExportId
  /** Whether it may be given away. */
  readonly isTrusted: boolean
  /** When the lease of the session with its owner runs out, unless it is renewed; null without a session. */
  readonly leaseEndsAt: Instant | null
  /** When it breaks unless there is a session before; null while there is one. */
  readonly givenUpAt: Instant | null
}

/** O(imports + remotes). */
export function tableSizes({ exports, imports, gifts, remotes }: NodeState): TableSizes {
  let quarantined = 0
  let claims = 0
  for (const { index, waiting } of remotes.all()) {
    quarantined += exports.quarantineSize(index)
    claims += waiting.length
  }
  const { size, suspendedCount: suspended, proofCount: unvouched } = imports
  return { exports: exports.size, imports: size, pins: gifts.pinnedCount, quarantined, claims, suspended, unvouched }
}

/** O(nodes that hold anything). @returns null for an object that nobody holds */
export function describeExport({ exports, remotes }: NodeState, object: ObjectKey): ExportView | null {
  const id = exports.exportOf(object)
  if (id === undefined) return null
  const { version, usedAt, holders } = exports.details(id)
  const views = holders.map(({ holder, stamps, isQuarantined }) => {
    const { address, expiresAt } = remotes.at(holder)
    return { address, stamps, isQuarantined, expiresAt: isQuarantined ? expiresAt : null }
  })
  return { id, version, usedAt, holders: views }
}

/** O(1). @throws UsageError `no-such-import` */
export function describeImport(state: NodeState, id: ImportId): ImportView {
  const owner = ownerOf(state, id)
  const { imports, remotes } = state
  const { lease, expiresAt } = remotes.at(imports.ownerOf(id))
  const leaseEndsAt = lease?.endsAt ?? null
  return { owner, id: imports.exportOf(id), isTrusted: imports.isTrusted(id), leaseEndsAt, givenUpAt: expiresAt }
}

/** O(1). @throws UsageError `no-such-import` */
export function ownerOf({ imports, remotes }: NodeState, id: ImportId): NodeAddress {
  if (!imports.has(id)) throw new UsageError('no-such-import', 'this node holds no such import', { import: id })
  return remotes.at(imports.ownerOf(id)).address
}

/** O(peers). */
export function openSessions(state: NodeState): SessionProgress[] {
  const open: SessionProgress[] = []
  for (const { node, remote } of state.remotes.peers()) {
    if (remote !== null) open.push({ peer: node, sent: state.sentTo(remote), received: remote.received })
  }
  return open
}

/** When this node's view of the session with a node is over, unless something renews it. O(1). @returns null without a session */
export function leaseEndOf(state: NodeState, node: NodeId): Instant | null {
  const lease = state.remotes.findPeer(node)?.remote?.lease ?? null
  return lease === null || lease.isInDoubt ? null : lease.endsAt
}

/** How far the session with a node has come. O(1). @returns 0 without one */
export function sentTo(state: NodeState, node: NodeId): Sequence {
  const remote = state.remotes.findPeer(node)?.remote ?? null
  return remote === null ? 0 : state.sentTo(remote)
}

/** What a node has acknowledged of the session's messages. O(1). @returns 0 without one */
export function acknowledgedBy(state: NodeState, node: NodeId): Sequence {
  const remote = state.remotes.findPeer(node)?.remote ?? null
  return remote === null ? 0 : state.acknowledgedBy(remote)
}

/** O(1). @returns null without a session */
export function sessionWith(state: NodeState, node: NodeId): SessionView | null {
  const remote = state.remotes.findPeer(node)?.remote ?? null
  if (remote === null || remote.lease === null || remote.lease.isInDoubt) return null
  const { address, session: number, received, lease } = remote
  const sent = state.sentTo(remote)
  const acknowledged = state.acknowledgedBy(remote)
  const held = state.exports.heldBy(remote.index)
  const { endsAt } = lease
  return { peer: node, incarnation: address.incarnation, number, sent, received, acknowledged, held, endsAt }
}
