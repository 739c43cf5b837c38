/**
 * The gifter's side of a gift: while the owner has not confirmed that it lists the receiver, the gifter's own import is
 * pinned, and a pinned import is a root of this node. A gift is *overdue* when it has gone unacknowledged for so long that nothing can
 * be under way for it any more; then the owner is asked, and asked again in every later session until it has answered.
 */
import {
  after,
  type Duration,
  type GiftId,
  type ImportId,
  type Instant,
  type NodeAddress,
  ProtocolError,
} from '@holdfast/core'

interface Gift {
  readonly import: ImportId
  readonly receiver: NodeAddress
  readonly givenAt: Instant
}

/** Of a `GiftTable`, see `image`. */
export interface GiftTableImage {
  readonly fresh: ReadonlyMap<GiftId, Gift>
  readonly overdue: ReadonlyMap<GiftId, Gift>
  readonly pins: ReadonlyMap<ImportId, number>
  readonly next: number
}

export class GiftTable {
  /** Unacknowledged and not overdue, the oldest first. */
  readonly #fresh = new Map<GiftId, Gift>()
  readonly #overdue = new Map<GiftId, Gift>()
  /** How many unacknowledged gifts pin an import. */
  readonly #pins = new Map<ImportId, number>()
  #next = 1

  /** Unacknowledged gifts. */
  get size(): number {
    return this.#fresh.size + this.#overdue.size
  }

  /** What the next gift will be called. */
  get nextId(): GiftId {
    return this.#next as GiftId
  }

  /** The import that an unacknowledged gift is of. @throws ProtocolError `never-given` */
  importOf(gift: GiftId): ImportId | undefined {
    if (gift < this.#next) return (this.#fresh.get(gift) ?? this.#overdue.get(gift))?.import
    throw new ProtocolError('never-given', 'an acknowledgement of a gift that was never made', { gift })
  }

  /** Leaves out so many ids. */
  skipIds(count: number): void {
    this.#next += count
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

  /** When the oldest gift was given that is not overdue; null for none. O(1). */
  get oldestGivenAt(): Instant | null {
    return this.#fresh.values().next().value?.givenAt ?? null
  }

  /** Whether an unacknowledged gift was made to this lifetime of a node. O(1). */
  isFor(gift: GiftId, { node, incarnation }: NodeAddress): boolean {
    const receiver = (this.#fresh.get(gift) ?? this.#overdue.get(gift))?.receiver
    return receiver?.node === node && receiver.incarnation === incarnation
  }

  /** Whether a gift is overdue. O(1). */
  isOverdue(gift: GiftId): boolean {
    return this.#overdue.has(gift)
  }

  /** Pins an import for a gift of it; returns the gift's id. O(1). @param now no earlier than that of the gift before */
  give(id: ImportId, receiver: NodeAddress, now: Instant): GiftId {
    const gift = this.#next++ as GiftId
    this.#fresh.set(gift, { import: id, receiver, givenAt: now })
    this.#pins.set(id, (this.#pins.get(id) ?? 0) + 1)
    return gift
  }

  /** What was given so long ago is overdue from now on. O(those). @returns those gifts */
  age(now: Instant, limit: Duration): GiftId[] {
    const aged: GiftId[] = []
    for (const [gift, given] of this.#fresh) {
      // As whoever watches the deadline computes it: another way round, rounding would tell otherwise.
      if (after(given.givenAt, limit) > now) break
      this.#fresh.delete(gift)
      this.#overdue.set(gift, given)
      aged.push(gift)
    }
    return aged
  }

  /** The overdue gifts whose imports pass a test. O(overdue gifts). */
  overdue(passes: (id: ImportId) => boolean): GiftId[] {
    return [...this.#overdue].filter(([, gift]) => passes(gift.import)).map(([gift]) => gift)
  }

  /**
   * The owner has answered for a gift: unpins. O(1).
   * @returns the import, or undefined when the gift was acknowledged before
   * @throws ProtocolError `never-given`
   */
  acknowledge(gift: GiftId): ImportId | undefined {
    const id = this.importOf(gift)
    if (id === undefined) return undefined
    this.#fresh.delete(gift)
    this.#overdue.delete(gift)
    const pins = (this.#pins.get(id) ?? 0) - 1
    if (pins > 0) this.#pins.set(id, pins)
    else this.#pins.delete(id)
    return id
  }

  /** The import broke: its gifts are nobody's concern any more. O(gifts). */
  forget(id: ImportId): void {
    if (!this.#pins.delete(id)) return
    for (const gifts of [this.#fresh, this.#overdue]) {
      for (const [gift, given] of gifts) if (given.import === id) gifts.delete(gift)
    }
  }

  /** This table as data. */
  image(): GiftTableImage {
    return { fresh: this.#fresh, overdue: this.#overdue, pins: this.#pins, next: this.#next }
  }

  /** Becomes the table that an image is of. Only for an empty one. */
  restore({ fresh, overdue, pins, next }: GiftTableImage): void {
    for (const [gift, given] of fresh) this.#fresh.set(gift, given)
    for (const [gift, given] of overdue) this.#overdue.set(gift, given)
    for (const [id, count] of pins) this.#pins.set(id, count)
    this.#next = next
  }
}
