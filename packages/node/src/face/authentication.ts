/**
 * Whom a node takes for who it says it is: the program judges, by what the other end has said and shown, before anything else of
 * that peer is looked at.
 */
import type { Duration, NodeId } from '@holdfast/core'
import type { PeerCertificate } from '@holdfast/transport'

/** A node that wants to be a peer. */
export interface PeerIdentity {
  /** What it says it is called: not proved by anything but what follows. */
  readonly node: NodeId
  readonly incarnation: number
  /** What it has sent to be believed; null if nothing. */
  readonly credentials: string | null
  /** What it has shown on a connection over TLS; null elsewhere, and where it was not asked. */
  readonly certificate: PeerCertificate | null
  /** Whether it has come by itself: to where this node listens, or over a network that this node has joined. */
  readonly hasCome: boolean
}

/** Judges a node. One that throws, or rejects, says no. */
export type Authenticate = (peer: PeerIdentity) => boolean | Promise<boolean>

/** Whom credentials are for. */
export interface Destination {
  /** Null for a message port, a link of the program's own, or a network of nodes that go by name. */
  readonly url: string | null
  /** Who is expected there; null if anybody is. */
  readonly node: NodeId | null
  /** Nobody but another node has said that this address is that node's. */
  readonly isHearsay: boolean
}

/** What a node sends of itself to be believed. A text is sent wherever the program has this node connect to, and to no address by hearsay. */
export type Credentials = string | ((to: Destination) => string | null | Promise<string | null>)

/** The longest, in UTF-16 units. */
export const MAX_CREDENTIALS_LENGTH = 4096

/** How long the introduction over a link without a time limit of its own may take, where somebody is judged, in ms. */
export const JUDGING_MS: Duration = 10_000

/** What is sent to a destination, if anything. */
export function credentialsFor(
  credentials: Credentials | undefined,
  to: Destination,
): string | null | Promise<string | null> {
  if (typeof credentials === 'function') return credentials(to)
  return to.isHearsay ? null : (credentials ?? null)
}
