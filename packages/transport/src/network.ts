/** The contract of networks in which many nodes reach each other by name, without a connection for each pair. */
import type { Link } from './link.js'

/** Who joins. */
export interface NetworkMember {
  readonly name: string
  /** Its lifetime: a later one takes an earlier one's place. */
  readonly incarnation: number
}

export interface NetworkHandlers {
  /** Another node has opened a link to this one. */
  onLink(link: Link): void
}

export interface Network {
  /** Whether its members trust each other as members of one program do: with collecting, and with what they hold. */
  readonly isTrusted: boolean
  /** @throws ConnectionError; ProtocolError `older-incarnation` when a later lifetime of the node is a member */
  join(self: NetworkMember, handlers: NetworkHandlers): Promise<JoinedNetwork>
}

export interface JoinedNetwork {
  /** The nodes that say that they are there, this one included. A hint: it may be late in both directions. */
  readonly members: readonly string[]
  /** Opens a link to a node, which ends soon if there is none of this name. */
  connect(peer: string): Link
  /** Leaves for good. Idempotent. */
  leave(): Promise<void>
}
