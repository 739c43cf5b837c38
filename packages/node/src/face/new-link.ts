/** A link that is about to be a node's. */
import type { Duration, NodeId } from '@holdfast/core'
import type { Link } from '@holdfast/transport'
import type { PeerIdentity } from './authentication.js'
import type { Greeting } from './introduction.js'
import type { Way } from './way-exchange.js'

export interface NewLink {
  readonly link: Link
  readonly way: Way | null
  /** Whether it leads out of this program. */
  readonly isNetwork: boolean
  /** Whether the node at the other end is one of those that trust each other. */
  readonly isTrusted: boolean
  /** It came from another node, for whom this one may need it. */
  readonly isOffer?: boolean
  /** This node has dialed it: at which URL, if there was one, and whom it has expected there. */
  readonly dialed?: { readonly url: string | null; readonly expected: NodeId | null }
  /** How long the introduction may take. */
  readonly patience?: Duration
  /** What this node says to be believed. */
  readonly credentials: string | null
  /** The other node has come by itself. */
  readonly hasCome?: boolean
}

/** Who is at the other end, by what it says and has shown. */
export function identityOf(
  { node, incarnation, credentials }: Greeting,
  { link, hasCome = false }: NewLink,
): PeerIdentity {
  return { node, incarnation, credentials, certificate: link.certificate ?? null, hasCome }
}
