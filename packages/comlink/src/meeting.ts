/** How the node of this thread and those at the other ends of its endpoints come to have one port to each other. */
import type { HoldfastNode } from '@holdfast/node'
import type { Port } from './handshake.js'

export class Meeting {
  readonly #node: HoldfastNode
  /** Nodes that a port was made to or came from, and that have not said their name over it yet. */
  readonly #expected = new Set<string>()

  constructor(node: HoldfastNode) {
    this.#node = node
  }

  /** A port for another node to connect; null when there is one, or when making it is that node's business. */
  portFor(peer: string): Port | null {
    if (this.#node.id >= peer || this.#isMet(peer)) return null
    // As of whichever platform this is; the types are of one of them.
    const { port1, port2 } = new MessageChannel() as unknown as Record<'port1' | 'port2', Port>
    this.meet(peer, port1)
    return port2
  }

  /** Another node is at the other end of a port. */
  meet(peer: string, port: Port): void {
    this.#expected.add(peer)
    const connected = this.#node.connect(port as Parameters<HoldfastNode['connect']>[0])
    // Whoever then calls it hears of what went wrong.
    void connected.catch(() => {}).then(() => this.#expected.delete(peer))
    // The program's endpoint decides whether the process goes on, as if there were no other.
    port.unref?.()
  }

  #isMet(peer: string): boolean {
    return this.#expected.has(peer) || this.#node.peers.some((node) => node === peer)
  }
}
