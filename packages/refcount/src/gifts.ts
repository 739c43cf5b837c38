/**
 * The gifter's side of a gift: while the owner has not confirmed that it lists the receiver, the gifter's own import is
 * pinned, and a pinned import is a root of this node.
 */
import { type GiftId, type ImportId, ProtocolError } from '@holdfast/core'

export class GiftTable {
  readonly #importOf = new Map<GiftId, ImportId>()
  /** How many unacknowledged gifts pin an import. */
  readonly #pins = new Map<ImportId, number>()
  #next = 1

  /** Unacknowledged gifts. */
  get size(): number {
    return this.#importOf.size
  }

  /** What the next gift will be called. */
  get nextId(): GiftId {
    return this.#next as GiftId
  }

  /** The import that an unacknowledged gift is of. @throws ProtocolError `never-given` */
  importOf(gift: GiftId): ImportId | undefined {
    if (gift < this.#next) return this.#importOf.get(gift)
    throw new ProtocolError('never-given', 'an acknowledgement of a gift that was never made', { gift })
  }

  isPinned(id: ImportId): boolean {
    return this.#pins.has(id)
  }

  /** The pinned imports, each once. */
  pinned(): IterableIterator<ImportId> {
    return this.#pins.keys()
  }

  /** How many imports are pinned. */
  get pinnedCount(): number {
    return this.#pins.size
  }

  /** Pins an import for a gift of it; returns the gift's id. O(1). */
  give(id: ImportId): GiftId {
    const gift = this.#next++ as GiftId
    this.#importOf.set(gift, id)
    this.#pins.set(id, (this.#pins.get(id) ?? 0) + 1)
    return gift
  }

  /**
   * The owner has answered for a gift: unpins. O(1).
   * @returns the import, or undefined when the gift was acknowledged before
   * @throws ProtocolError `never-given`
   */
  acknowledge(gift: GiftId): ImportId | undefined {
    if (gift >= this.#next)
      throw new ProtocolError('never-given', 'an acknowledgement of a gift that was never made', { gift })
    const id = this.#importOf.get(gift)
    if (id === undefined) return undefined
    this.#importOf.delete(gift)
    const pins = (this.#pins.get(id) ?? 0) - 1
    if (pins > 0) this.#pins.set(id, pins)
    else this.#pins.delete(id)
    return id
  }

  /** The import broke: its gifts are nobody's concern any more. O(gifts). */
  forget(id: ImportId): void {
    if (!this.#pins.delete(id)) return
    for (const [gift, given] of this.#importOf) if (given === id) this.#importOf.delete(gift)
  }
}
