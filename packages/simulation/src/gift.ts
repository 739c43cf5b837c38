/** What the world knows of a gift: whether it may still arrive, and whether the owner is bound to honour it. */
import type { ExportId, GiftId } from '@holdfast/core'
import type { SimulatedNode } from './simulated-node.js'
import type { Held, Thing } from './thing.js'

/**
 * `sent`: on its way to the receiver. `received`: the receiver has it and waits for a session with the owner. `claimed`: the
 * addRef is on its way. `registered`: the owner has answered for it. `acknowledged`: the gifter has unpinned. `over`: never mind.
 */
export type GiftPhase = 'sent' | 'received' | 'claimed' | 'registered' | 'acknowledged' | 'over'

const BOTH_ENDS = 3

/** A bit for one end or the other. */
function endOf(node: SimulatedNode, from: SimulatedNode, to: SimulatedNode): number {
  if (node === from) return 1
  return node === to ? 2 : 0
}

export class Gift {
  readonly id: GiftId
  readonly thing: Thing
  readonly exportId: ExportId
  readonly gifter: SimulatedNode
  readonly receiver: SimulatedNode
  /** The session in which it was sent. */
  readonly session: number
  /** The gift upon which it was made, since its gifter could not prove it by itself. */
  readonly upon: Gift | null
  /** What proves it. */
  readonly token: Uint8Array
  /** Whether the owner has listed its receiver for it. */
  isClaimed = false
  phase: GiftPhase = 'sent'
  /** Until when, by the receiver's clock, an addRef may wait for a session; set when it is received. */
  waitsUntil = 0
  /** What it became at the receiver. */
  held: Held | null = null
  /** Whether the owner has acknowledged it to the gifter. */
  isSettled = false
  /** The session in which the addRef was sent. */
  claimSession = 0
  /** Who was away, with its disk, while the gift was on its way to the receiver, or its claim to the owner. */
  #awayWhileSent = 0
  #awayWhileClaimed = 0

  constructor(of: {
    id: GiftId
    thing: Thing
    exportId: ExportId
    gifter: SimulatedNode
    receiver: SimulatedNode
    session: number
    upon: Gift | null
    token: Uint8Array
  }) {
    this.id = of.id
    this.thing = of.thing
    this.exportId = of.exportId
    this.gifter = of.gifter
    this.receiver = of.receiver
    this.session = of.session
    this.upon = of.upon
    this.token = of.token
  }

  get owner(): SimulatedNode {
    return this.thing.home
  }

  /** A node has come back with its disk: it gives up what waited for an owner, and what it sent may come later than it should. */
  cameBack(node: SimulatedNode): void {
    if (this.phase === 'received' && this.receiver === node) this.waitsUntil = node.localTime
    if (this.phase === 'sent') this.#awayWhileSent |= endOf(node, this.gifter, this.receiver)
    if (this.phase === 'claimed') this.#awayWhileClaimed |= endOf(node, this.receiver, this.owner)
  }

  /** Whether a liar made it, or one upon which it was made. */
  get isOfLiars(): boolean {
    return this.gifter.isHostile || this.upon?.isOfLiars === true
  }

  /** Whether the owner, going by the protocol, still answers for the reference when this gift reaches it. */
  get isHonoured(): boolean {
    // A liar may number its gifts as it likes: nothing can be said of them before the owner has listed the receiver.
    if (this.isOfLiars) return false
    // Each of the two, if it was away alone, was away for less than the other's term. Nobody bounds how long both were.
    if (this.#awayWhileSent === BOTH_ENDS || this.#awayWhileClaimed === BOTH_ENDS) return false
    switch (this.phase) {
      case 'sent':
        return this.receiver.accepts(this.gifter, this.session)
      case 'received':
        return this.receiver.isUp && this.held?.state !== 'broken' && this.receiver.localTime < this.waitsUntil
      case 'claimed':
        return this.owner.accepts(this.receiver, this.claimSession)
      case 'registered':
      case 'acknowledged':
      case 'over':
        return false
    }
  }
}
