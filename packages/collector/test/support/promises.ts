/**
 * What the protocol has promised to whom, by the test's own knowledge. A reference is promised from its grant, or from its gift, until
 * its holder's time is up: until the owner has removed, after expiry and quarantine, what that holder held, or until the session
 * has ended in which a gift was to be registered. What is promised neither breaks nor loses its object.
 */
import { type ImportId, nodeId } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import type { Enclosed, Letter } from './letter.js'
import type { Network } from './network.js'
import { Violation } from './violation.js'
import type { Identity, WorldNode } from './world-node.js'

/** An import that came as a gift and that its owner has not been seen to list. */
interface Asking {
  readonly holder: WorldNode
  readonly handle: Handle
}

/** A lifetime of a node, as an owner names it. */
export interface Holder {
  readonly peer: string
  readonly incarnation: number
}

export class Promises {
  readonly #nodes: ReadonlyMap<string, WorldNode>
  readonly #network: Network
  #asking: Asking[] = []

  constructor(nodes: ReadonlyMap<string, WorldNode>, network: Network) {
    this.#nodes = nodes
    this.#network = network
  }

  /** The lifetime that an object lives in, if that goes on. */
  homeOf({ home, life }: Identity): WorldNode | null {
    const node = this.#nodes.get(home)
    return node?.life === life ? node : null
  }

  /** Whether a node may rely on a reference that it has. */
  isPromised(holder: WorldNode, handle: Handle): boolean {
    const identity = holder.identities.get(handle)
    if (identity === undefined) return true
    const owner = this.homeOf(identity)
    const standing = holder.standings.get(handle)
    if (owner === null || standing === undefined) return false
    return standing === 'listed' || standing === 0 || this.#canArrive(holder, owner, standing)
  }

  /** Whether the receiver of a letter may still get it. */
  isUnderWay({ from, to, session }: Letter): boolean {
    return this.#canArrive(from, to, session)
  }

  #canArrive(from: WorldNode, to: WorldNode, session: number): boolean {
    if (this.#nodes.get(to.name) !== to || !to.accepts(from.name, session)) return false
    const isSending = this.#nodes.get(from.name) === from && from.sessions.get(to.name) === session
    return isSending || this.#network.isUnderWay(from.name, to.name)
  }

  /** A reference has arrived in a letter. */
  arrived(letter: Letter, { meant, isPromised }: Enclosed, handle: Handle): void {
    const { from, to } = letter
    if (meant.home === from.name && meant.life === from.life) to.standings.set(handle, 'listed')
    else if (meant.home !== to.name && to.standings.get(handle) !== 'listed') {
      if (isPromised) to.standings.set(handle, to.sessions.get(meant.home) ?? 0)
      this.#asking.push({ holder: to, handle })
    }
  }

  /** A turn of a node is over. */
  turned(node: WorldNode): void {
    if (this.#asking.length > 0) this.#asking = this.#asking.filter((asking) => !this.#settles(asking, node))
  }

  /** Whether nothing more is to be found out about a gift. */
  #settles({ holder, handle }: Asking, node: WorldNode): boolean {
    const identity = holder.identities.get(handle)
    if (identity === undefined) return true
    const standing = holder.standings.get(handle)
    if (holder === node && standing === 0) holder.standings.set(handle, holder.sessions.get(identity.home) ?? 0)
    if (this.homeOf(identity) !== node) return false
    const isListed = node.collector
      .referrersOf(identity.handle)
      .some((address) => address.node === holder.name && address.incarnation === holder.life)
    if (isListed) holder.standings.set(handle, 'listed')
    return isListed
  }

  /** An owner has removed what a holder held in sessions that ended. @throws Violation when the holder does not know it */
  lapsed(owner: WorldNode, { peer, incarnation }: Holder, now: number): void {
    const holder = this.#nodes.get(peer)
    // With a session open nothing may be removed, so nothing that was promised is off.
    if (holder?.life !== incarnation || owner.sessions.has(peer)) return
    const held = [...holder.identities].filter(([, identity]) => this.homeOf(identity) === owner)
    const view = holder.collector.sessionWith(nodeId(owner.name))
    if (held.length > 0 && view?.incarnation === owner.life && view.endsAt > now) {
      throw new Violation(`removed at ${owner.name} while ${holder.name} trusts its lease`)
    }
    for (const [handle] of held) holder.standings.delete(handle)
  }

  /** Imports have broken at their holder. @param gaveUp the owners of which the holder was without a session for too long */
  broke(holder: WorldNode, imports: readonly ImportId[], gaveUp: ReadonlySet<string>): void {
    for (const id of imports) {
      const handle = holder.heap.handleOfImport(id)
      // A gift that found no session with its owner in time is given up.
      if (handle === undefined || !holder.roots.includes(handle) || holder.standings.get(handle) === 0) continue
      if (this.isPromised(holder, handle) && !gaveUp.has(holder.identityOf(handle).home)) {
        throw new Violation(
          `a promised reference broke at ${holder.name}: ${JSON.stringify(holder.identityOf(handle))}`,
        )
      }
    }
  }
}
