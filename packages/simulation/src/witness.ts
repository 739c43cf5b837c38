/**
 * Watches every turn: what messages it wrote and processed, what sessions began and ended, and keeps what the world knows (gifts,
 * establishment of references, views of sessions) up to date. It changes nothing of the nodes.
 */
import type { CollectorEffect, CollectorEvent } from '@holdfast/collector'
import { ByteReader, type GiftAckMessage, type Message, type NodeAddress, nodeId } from '@holdfast/core'
import type { Gift } from './gift.js'
import type { Letter } from './letter.js'
import { PastMessages } from './past.js'
import { type Draft, giftKey, post } from './post.js'
import type { SimulatedNode } from './simulated-node.js'
import { type Sent, TableCodec } from './table-codec.js'
import type { World } from './world.js'

/** A message that is processed in this turn. */
export interface InTurn {
  readonly message: Message
  readonly sent: Sent | null
  /** The export ids that were answered `broken`. */
  refused: ReadonlySet<number>
}

const HELLO = 1
const WELCOME = 2
const NOTHING_REFUSED: ReadonlySet<number> = new Set()
const MAX_CLAIMS = 24
const MAX_RECENT = 24
const WATCHED: ReadonlySet<Message['type']> = new Set([
  'dgc:dropRef',
  'dgc:bringOutYourDead',
  'dgc:askReport',
  'dgc:report',
  'dgc:collect',
])

export class Witness {
  readonly #world: World
  readonly #codec: TableCodec
  #instead: Message | Uint8Array | null = null
  /** What the next call carries. */
  draft: Draft | null = null
  readonly past = new PastMessages()
  /** The latest messages of rounds and drops. */
  readonly recent: Sent[] = []
  // The turn under way.
  #peer: SimulatedNode | null = null
  #number = 0
  #began = 0
  readonly #processed: InTurn[] = []
  readonly #written: Sent[] = []
  readonly #received: Gift[] = []
  readonly #claimed: Gift[] = []
  #call: Letter['message'] | null = null
  /** Whether the owner answered `broken` in the message that the turn is about. */
  isBrokenByMessage = false
  /** What the liar whose frame this is was listed for before, by export id; null for a frame of anybody else. */
  listedBefore: ReadonlySet<number> | null = null

  constructor(world: World) {
    this.#world = world
    this.#codec = new TableCodec(world.options.encodes)
  }

  /** Whose frame the turn under way is about. */
  get speaker(): SimulatedNode | null {
    return this.#peer
  }

  /** A lie, or something of the past, takes the place of the next call; null for none. */
  replaceNextCall(message: Message | Uint8Array | null): void {
    this.#instead = message
  }

  begin(node: SimulatedNode, event: CollectorEvent): void {
    this.#began = this.#world.moment
    // Setting a length costs something even where nothing changes.
    if (this.#processed.length > 0) this.#processed.length = 0
    if (this.#written.length > 0) this.#written.length = 0
    if (this.#received.length > 0) this.#received.length = 0
    if (this.#claimed.length > 0) this.#claimed.length = 0
    this.#call = null
    this.#peer = null
    this.isBrokenByMessage = false
    this.listedBefore = null
    if (event.type !== 'frame') return
    const place = this.#world.placeOf(event.peer)
    this.#peer = node.views[place]?.peer ?? null
    if (this.#peer?.isHostile === true) this.listedBefore = listedFor(node, this.#peer)
    const kind = event.frame[0] & 0x0f
    if (kind === HELLO || kind === WELCOME) this.#number = sessionNumber(event.frame)
  }

  encode(node: SimulatedNode, message: Message): Uint8Array {
    if (message.type === 'call' && this.#instead !== null) {
      const instead = this.#instead
      this.#instead = null
      return instead instanceof Uint8Array ? instead : this.#encode(node, instead)
    }
    if (message.type === 'call' || message.type === 'return') this.#call = message
    else if (message.type === 'dgc:addRef') this.#claim(message.entries)
    else if (message.type === 'dgc:broken') {
      // The answer to the message that is being processed.
      const answered = this.#processed.at(-1)
      if (answered !== undefined) answered.refused = new Set([...answered.refused, ...Array.from(message.ids)])
    }
    return this.#encode(node, message)
  }

  #encode(by: SimulatedNode, message: Message): Uint8Array {
    const sent: Sent = { message, by, at: this.#world.moment, processedAt: -1 }
    this.#written.push(sent)
    return this.#codec.encode(sent)
  }

  decode(node: SimulatedNode, bytes: Uint8Array): Message {
    const { message, sent } = this.#codec.decode(bytes)
    this.#processed.push({ message, sent, refused: NOTHING_REFUSED })
    if (message.type === 'call' || message.type === 'return') {
      for (const reference of message.references) if (reference.kind === 'gift') this.#receive(node, reference.gift)
    } else if (message.type === 'dgc:broken') this.isBrokenByMessage = true
    return message
  }

  /** What a node that recovers has decoded before. */
  decodeAgain(bytes: Uint8Array): Message {
    return this.#codec.decode(bytes).message
  }

  /** A gift arrives. */
  #receive(node: SimulatedNode, id: number): void {
    const gift = this.#peer === null ? undefined : this.#world.gifts.get(giftKey(this.#peer, id))
    if (gift !== undefined) gift.owner.lastSeenAt = this.#world.time.now
    if (gift?.receiver === node && gift.phase === 'sent') this.#received.push(gift)
  }

  #claim(entries: readonly { readonly gifter: NodeAddress; readonly gift: number }[]): void {
    for (const { gifter, gift } of entries) {
      const known = this.giftOf(gifter, gift)
      if (known !== undefined) this.#claimed.push(known)
    }
  }

  /** The gift that an address and a number name. */
  giftOf(gifter: { readonly node: string; readonly incarnation: number }, id: number): Gift | undefined {
    const node = this.#world.lifetime(gifter.node, gifter.incarnation)
    return node === null ? undefined : this.#world.gifts.get(giftKey(node, id))
  }

  /** The turn is over, and has happened: takes in what it did. */
  settle(node: SimulatedNode, event: CollectorEvent, effects: readonly CollectorEffect[]): void {
    this.#noteMessages()
    const turn = { node, event, effects, processed: this.#processed, written: this.#written }
    for (const checker of this.#world.watching.turn) checker.turn(this.#world, turn)
    for (const gift of this.#received) {
      gift.phase = 'received'
      gift.waitsUntil = node.localTime + this.#world.leases.holderTerm
    }
    for (const effect of effects) {
      if (effect.type === 'transmit') this.#transmitted(node, effect.peer, effect.frame)
      else if (effect.type === 'session-ended') this.#ended(node, this.#world.placeOf(effect.peer))
      else if (effect.type === 'session-opened') this.#opened(node, effect.peer, effect.incarnation)
    }
    for (const gift of this.#claimed) {
      if (gift.phase !== 'received' && gift.phase !== 'claimed') continue
      gift.phase = 'claimed'
      gift.claimSession = node.viewOf(gift.owner)?.number ?? 0
    }
    if (this.#processed.length > 0) this.#settleProcessed(node)
    if (this.draft !== null && this.#call !== null) post(this.#world, node, { draft: this.draft, message: this.#call })
  }

  #noteMessages(): void {
    for (const { sent } of this.#processed) {
      if (sent !== null && sent.processedAt < 0) sent.processedAt = this.#world.moment
    }
    for (const sent of this.#written) {
      if (!WATCHED.has(sent.message.type)) continue
      this.recent.push(sent)
      if (this.recent.length > MAX_RECENT) this.recent.shift()
    }
  }

  #settleProcessed(node: SimulatedNode): void {
    const from = this.#peer
    if (from === null) return
    for (const { message, sent, refused } of this.#processed) {
      const processed = { by: node, from, message, sent, refused }
      for (const checker of this.#world.watching.processed) checker.processed(this.#world, processed)
      switch (message.type) {
        case 'dgc:addRef':
          for (const entry of message.entries) {
            const { id, gifter, gift } = entry
            this.#registered(this.giftOf(gifter, gift), { from, isRefused: refused.has(id) })
            node.claims.push({ from, entry })
            if (node.claims.length > MAX_CLAIMS) node.claims.shift()
          }
          break
        case 'dgc:giftKey':
          node.giftKeys.set(from.index, message.key)
          break
        case 'dgc:reconcile':
          if (sent !== null) this.#reconciled(node, { ids: message.ids, sent, refused })
          break
        case 'dgc:giftAck':
          this.#acknowledged(node, from, message)
          break
        case 'dgc:reconcileOk': {
          const view = node.views[from.place]
          if (view !== null) view.isReconciled = true
          break
        }
        case 'dgc:collect':
        case 'dgc:report':
          // What a liar has sent is no past that anybody honest would repeat.
          if (!from.isHostile) this.past.add({ message, by: from, to: node })
          break
        default:
          break
      }
    }
  }

  #registered(gift: Gift | undefined, { from, isRefused }: { from: SimulatedNode; isRefused: boolean }): void {
    if (gift === undefined || gift.receiver !== from) return
    if (!isRefused && gift.held !== null) gift.held.establishedAt = this.#world.moment
    if (gift.phase === 'claimed') gift.phase = 'registered'
  }

  /** What a holder held when it sent its reconcile is established anew; what it has come to hold since is not meant. */
  #reconciled(
    owner: SimulatedNode,
    { ids, sent, refused }: { ids: ArrayLike<number>; sent: Sent; refused: ReadonlySet<number> },
  ): void {
    for (let index = 0; index < ids.length; index++) {
      const held = sent.by.heldFrom(owner, ids[index])
      if (held !== undefined && held.bornAt <= sent.at && !refused.has(ids[index])) {
        held.establishedAt = this.#world.moment
      }
    }
  }

  #acknowledged(node: SimulatedNode, by: SimulatedNode, { receiver, gifts }: GiftAckMessage): void {
    for (const id of gifts) {
      const gift = this.#world.gifts.get(giftKey(node, id))
      if (gift === undefined) continue
      if (gift.phase === 'registered') gift.phase = 'acknowledged'
      // What a liar says, or was acknowledged to a liar, settles nothing.
      const isMeant =
        receiver === null || (receiver.node === gift.receiver.id && receiver.incarnation === gift.receiver.incarnation)
      if (gift.isSettled || by !== gift.owner || by.isHostile || !isMeant) continue
      gift.isSettled = true
      node.openGifts--
    }
  }

  #transmitted(node: SimulatedNode, peer: string, frame: Uint8Array): void {
    const place = this.#world.placeOf(peer)
    if (node.views[place] !== null || (frame[0] & 0x0f) !== HELLO) return
    const number = sessionNumber(frame)
    if (node.openings[place]?.number === number) return
    node.openings[place] = { number, askedAt: node.localTime }
  }

  #ended(node: SimulatedNode, place: number): void {
    this.#world.stats.sessionsEnded++
    node.lastViews[place] = node.views[place] ?? null
    node.views[place] = null
    node.viewEndedAt[place] = node.localTime
  }

  #opened(node: SimulatedNode, peer: string, incarnation: number): void {
    const world = this.#world
    const other = world.lifetime(peer, incarnation)
    if (other === null) throw new Error(`a session with nobody: ${peer}#${incarnation}`)
    other.lastSeenAt = world.time.now
    // For a node that has started again, the session that goes on begins.
    const view = node.views[other.place]
    if (view?.peer === other && view.number === this.#number) return
    node.views[other.place] = {
      peer: other,
      number: this.#number,
      openedAt: this.#began,
      isReconciled: false,
    }
    node.openings[other.place] = null
  }
}

/** The number in a hello or a welcome. */
function sessionNumber(frame: Uint8Array): number {
  const reader = new ByteReader(frame)
  const kind = reader.byte() & 0x0f
  reader.u32()
  if (kind === HELLO) nodeId(reader.string(256))
  reader.integer()
  reader.integer()
  return reader.integer()
}

/** The exports that a holder is listed for, or has in quarantine. O(exports × holders). */
export function listedFor(owner: SimulatedNode, holder: SimulatedNode): Set<number> {
  const listed = new Set<number>()
  for (const object of owner.collector.exports) {
    const view = owner.collector.describeExport(object)
    const isListed = view?.holders.some(
      ({ address }) => address.node === holder.id && address.incarnation === holder.incarnation,
    )
    if (view !== null && isListed === true) listed.add(view.id)
  }
  return listed
}
