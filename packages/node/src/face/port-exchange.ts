/**
 * How nodes that are joined by message ports get ports to each other: a node that has one to both makes a channel and gives an end to
 * each. So a reference that is passed on works without whoever passed it on.
 */
import type { NodeId } from '@holdfast/core'
import type { MessagePortLike, MessagePortLink } from '@holdfast/transport/message-port'

/** What nodes say beside their frames. */
type PortMessage =
  /** I need a port to this node. */
  | { readonly holdfast: 'port-wanted'; readonly peer: string }
  /** Here is one. */
  | { readonly holdfast: 'port'; readonly port: MessagePortLike; readonly isOffer: boolean }
  /** I have none to this node either. */
  | { readonly holdfast: 'no-port'; readonly peer: string }

export interface PortExchangeContext {
  /** Makes a port a link of this node. One that nobody asked for is of no use where there is a link already. */
  readonly connect: (port: MessagePortLike, isOffer: boolean) => void
  /** Nobody has a port to a node. */
  readonly onRefused: (peer: NodeId) => void
}

export class PortExchange {
  readonly #links = new Map<NodeId, MessagePortLink>()
  readonly #context: PortExchangeContext
  /** Pairs of nodes that were given a port to each other without having asked. */
  readonly #offered = new Set<string>()
  /** For each node that is asked about: who was asked last, and those that were not asked yet. */
  readonly #questions = new Map<NodeId, { asked: MessagePortLink | null; readonly toAsk: MessagePortLink[] }>()

  constructor(context: PortExchangeContext) {
    this.#context = context
  }

  add(peer: NodeId, link: MessagePortLink): void {
    this.#links.set(peer, link)
    this.#questions.delete(peer)
  }

  remove(peer: NodeId, link: MessagePortLink): void {
    if (this.#links.get(peer) === link) this.#links.delete(peer)
    this.#offered.clear()
    for (const [wanted, { asked }] of this.#questions) if (asked === link) this.#askNext(wanted)
  }

  /** Whether there is a message port to a node: it belongs to the same program. */
  has(peer: NodeId): boolean {
    return this.#links.has(peer)
  }

  /**
   * Gives two nodes ports to each other, once: one of them is about to get a reference to an object of the other, and shall not depend on
   * this node for it.
   */
  offer(one: NodeId, other: NodeId): void {
    const pair = one < other ? `${one}\n${other}` : `${other}\n${one}`
    if (this.#offered.has(pair) || !this.#links.has(one) || !this.#links.has(other)) return
    this.#offered.add(pair)
    this.#join(one, other, true)
  }

  /** Asks the others for a port to a node, one after the other. Nothing if they are being asked. */
  ask(peer: NodeId): void {
    if (this.#questions.has(peer)) return
    const others = [...this.#links].filter(([node]) => node !== peer)
    this.#questions.set(peer, { asked: null, toAsk: others.map(([, link]) => link) })
    this.#askNext(peer)
  }

  #askNext(peer: NodeId): void {
    const question = this.#questions.get(peer)
    if (question === undefined) return
    question.asked = question.toAsk.pop() ?? null
    if (question.asked === null) {
      this.#questions.delete(peer)
      this.#context.onRefused(peer)
      return
    }
    const message: PortMessage = { holdfast: 'port-wanted', peer }
    question.asked.post(message, [])
  }

  /** @returns whether it was a message of this kind */
  received(from: NodeId, message: unknown): boolean {
    if (!isPortMessage(message)) return false
    if (message.holdfast === 'port') this.#context.connect(message.port, message.isOffer)
    else if (message.holdfast === 'port-wanted') this.#join(from, message.peer as NodeId, false)
    else this.#askNext(message.peer as NodeId)
    return true
  }

  #join(asker: NodeId, wanted: NodeId, isOffer: boolean): void {
    const one = this.#links.get(asker)
    const other = this.#links.get(wanted)
    if (one === undefined) return
    if (other === undefined) {
      const message: PortMessage = { holdfast: 'no-port', peer: wanted }
      one.post(message, [])
      return
    }
    // As of whichever platform this is; the types are of one of them.
    const { port1, port2 } = new MessageChannel() as unknown as Record<'port1' | 'port2', MessagePortLike>
    give(one, { port: port1, isOffer })
    give(other, { port: port2, isOffer })
  }
}

function give(link: MessagePortLink, given: { readonly port: MessagePortLike; readonly isOffer: boolean }): void {
  const message: PortMessage = { holdfast: 'port', ...given }
  link.post(message, [given.port])
}

function isPortMessage(message: unknown): message is PortMessage {
  if (typeof message !== 'object' || message === null) return false
  const { holdfast, peer, port } = message as { readonly [Key in 'holdfast' | 'peer' | 'port']?: unknown }
  return holdfast === 'port-wanted' || holdfast === 'no-port'
    ? typeof peer === 'string'
    : holdfast === 'port' && isPort(port)
}

function isPort(port: unknown): boolean {
  return typeof port === 'object' && port !== null && 'postMessage' in port
}
