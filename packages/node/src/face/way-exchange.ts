/**
 * How nodes get to each other through those that know both. A node with message ports to two makes a channel and gives an end to each;
 * otherwise it says at which address one of them can be reached, to the other. So a reference that is passed on works without
 * whoever passed it on.
 */
import { type NodeId, nodeId } from '@holdfast/core'
import type { PostingLink } from '@holdfast/transport'
import type { MessagePortLike, MessagePortLink } from '@holdfast/transport/message-port'
import { readAddresses } from './address-book.js'

/** What nodes say beside their frames. */
type WayMessage =
  /** I need a way to this node. */
  | { readonly holdfast: 'way-wanted'; readonly peer: NodeId }
  /** Here is a port to one. */
  | { readonly holdfast: 'port'; readonly port: MessagePortLike; readonly isOffer: boolean }
  /** Here a node can be reached. `isCall`: it needs you, and cannot reach you. */
  | {
      readonly holdfast: 'address'
      readonly peer: NodeId
      readonly addresses: readonly string[]
      readonly isCall: boolean
    }
  /** I have told it where to reach you. */
  | { readonly holdfast: 'called'; readonly peer: NodeId }
  /** I know no way to this node either. */
  | { readonly holdfast: 'no-way'; readonly peer: NodeId }

type AddressMessage = Extract<WayMessage, { readonly holdfast: 'address' }>

export interface WayExchangeContext {
  /** Makes a port a link of this node. One that nobody asked for is of no use where there is a link already. */
  readonly connect: (port: MessagePortLike, isOffer: boolean) => void
  /** What is known of where a node can be reached. */
  readonly addressesOf: (node: NodeId) => readonly string[]
  /** A peer says where a node, perhaps itself, can be reached. */
  readonly onAddresses: (from: NodeId, peer: NodeId, addresses: readonly string[]) => void
  /** Makes a link to a node of which there are addresses now. @returns whether there is one */
  readonly reach: (peer: NodeId) => Promise<boolean>
  /** Nobody has a way to a node. */
  readonly onRefused: (peer: NodeId) => void
}

/** A link by which things are said beside the frames. */
export type Way =
  | { readonly isPort: true; readonly link: MessagePortLink }
  | { readonly isPort: false; readonly link: PostingLink }

export class WayExchange {
  readonly #ways = new Map<NodeId, Way>()
  readonly #context: WayExchangeContext
  /** Pairs of nodes of which one was told of the other without having asked. */
  readonly #offered = new Set<string>()
  /** For each node that is asked about: who was asked last, and those that were not asked yet. */
  readonly #questions = new Map<NodeId, { asked: Way | null; readonly toAsk: Way[] }>()

  constructor(context: WayExchangeContext) {
    this.#context = context
  }

  add(peer: NodeId, way: Way): void {
    this.#ways.set(peer, way)
    this.#questions.delete(peer)
    this.#offered.clear()
  }

  remove(peer: NodeId, way: Way): void {
    if (this.#ways.get(peer) === way) this.#ways.delete(peer)
    this.#offered.clear()
    for (const [wanted, { asked }] of this.#questions) if (asked === way) this.#askNext(wanted)
  }

  /** Whether there is a message port to a node: it belongs to the same program. */
  hasPort(peer: NodeId): boolean {
    return this.#ways.get(peer)?.isPort === true
  }

  /** Tells all where a node can be reached. */
  announce(peer: NodeId, addresses: readonly string[]): void {
    for (const way of this.#ways.values()) post(way, { holdfast: 'address', peer, addresses, isCall: false })
  }

  /**
   * Gives a node a way to another, once: it is about to get a reference to an object of the other, and shall not depend on this node for
   * it.
   */
  offer(owner: NodeId, receiver: NodeId): void {
    const pair = `${owner}\n${receiver}`
    if (this.#offered.has(pair) || !this.#ways.has(receiver)) return
    this.#offered.add(pair)
    // A channel serves both.
    if (this.hasPort(owner) && this.hasPort(receiver)) this.#offered.add(`${receiver}\n${owner}`)
    this.#join(receiver, owner, true)
  }

  /** Asks the others for a way to a node, one after the other. Nothing if they are being asked. */
  ask(peer: NodeId): void {
    if (this.#questions.has(peer)) return
    const others = [...this.#ways].filter(([node]) => node !== peer)
    this.#questions.set(peer, { asked: null, toAsk: others.map(([, way]) => way) })
    this.#askNext(peer)
  }

  /** @returns whether it was a message of this kind */
  received(from: NodeId, value: unknown): boolean {
    const message = readWayMessage(value)
    if (message === null) return false
    switch (message.holdfast) {
      case 'port':
        // Nobody can send one over a network.
        this.#context.connect(message.port, message.isOffer)
        break
      case 'way-wanted':
        this.#join(from, message.peer, false)
        break
      case 'address':
        this.#hear(from, message)
        break
      case 'called':
        this.#questions.delete(message.peer)
        break
      case 'no-way':
        this.#askNext(message.peer)
        break
    }
    return true
  }

  #hear(from: NodeId, { peer, addresses, isCall }: AddressMessage): void {
    this.#context.onAddresses(from, peer, addresses)
    this.#offered.clear()
    const question = this.#questions.get(peer)
    if (question === undefined && !isCall) return
    void this.#context.reach(peer).then((isReached) => {
      if (!isReached && this.#questions.get(peer) === question) this.#askNext(peer)
    })
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
    post(question.asked, { holdfast: 'way-wanted', peer })
  }

  #join(asker: NodeId, wanted: NodeId, isOffer: boolean): void {
    const one = this.#ways.get(asker)
    const other = this.#ways.get(wanted)
    if (one === undefined) return
    const addresses = this.#context.addressesOf(wanted)
    const own = this.#context.addressesOf(asker)
    if (one.isPort && other?.isPort === true) {
      // As of whichever platform this is; the types are of one of them.
      const { port1, port2 } = new MessageChannel() as unknown as Record<'port1' | 'port2', MessagePortLike>
      give(one.link, { port: port1, isOffer })
      give(other.link, { port: port2, isOffer })
    } else if (addresses.length > 0) {
      post(one, { holdfast: 'address', peer: wanted, addresses, isCall: false })
    } else if (other !== undefined && own.length > 0) {
      post(other, { holdfast: 'address', peer: asker, addresses: own, isCall: true })
      if (!isOffer) post(one, { holdfast: 'called', peer: wanted })
    } else if (!isOffer) {
      post(one, { holdfast: 'no-way', peer: wanted })
    }
  }
}

function post({ link }: Way, message: WayMessage): void {
  link.post(message)
}

function give(link: MessagePortLink, given: { readonly port: MessagePortLike; readonly isOffer: boolean }): void {
  const message: WayMessage = { holdfast: 'port', ...given }
  link.post(message, [given.port])
}

function readWayMessage(value: unknown): WayMessage | null {
  if (typeof value !== 'object' || value === null) return null
  const { holdfast, peer, port, addresses, isOffer, isCall } = value as Readonly<Record<string, unknown>>
  if (holdfast === 'port') return isPort(port) ? { holdfast, port, isOffer: isOffer === true } : null
  const node = readName(peer)
  if (node === null) return null
  if (holdfast === 'address') {
    const list = readAddresses(addresses)
    return list === null ? null : { holdfast, peer: node, addresses: list, isCall: isCall === true }
  }
  return holdfast === 'way-wanted' || holdfast === 'called' || holdfast === 'no-way' ? { holdfast, peer: node } : null
}

function readName(value: unknown): NodeId | null {
  if (typeof value !== 'string') return null
  try {
    return nodeId(value)
  } catch {
    return null
  }
}

function isPort(port: unknown): port is MessagePortLike {
  return typeof port === 'object' && port !== null && 'postMessage' in port && typeof port.postMessage === 'function'
}
