/**
 * The holder's side of reference listing: which remote objects this node holds.
 *
 * Invariants
 * - One entry for each (owner, export id): the same object arrives as the same import.
 * - `use` is my sequence number of the last message to the owner that used the import, and starts at the last number
 *   sent when the entry is made; `rc` is the highest owner clock seen in a giftAck for it.
 * - An import is *trusted* while it may be given away: from its grant or gift to the end of its session, and again once the owner has
 *   acknowledged its reconcile, or a gift of it is claimed. So one that is not trusted has a claim that a `confirm` reaches, or none.
 *   At the end of a session every import of it is *held over* for the reconcile of the next.
 * - An `ImportId` is a dense slot that is reused after removal; `generation` tells two uses of a slot apart, so that a
 *   late finalizer drops nothing that was imported again.
 *
 * Driver contract: make an entry when a message brings a reference (`take`), note uses, remove it when the local
 * collector finds it unreachable (the caller then sends dropRef) or when the owner says it is broken.
 */
import {
  ALL_RULES,
  type Column,
  digestOf,
  type ExportId,
  fail,
  type ImportId,
  placesInOrder,
  type Rules,
  type Sequence,
  SlotIndex,
  type SlotIndexImage,
} from '@holdfast/core'
import type { Digest } from './holder-lists.js'
import { FREE, ImportEntries, type ImportEntriesImage, type OwnerIndex } from './import-entries.js'
import { type ImportProof, ImportProofs, type ImportProofsImage } from './import-proofs.js'

/** Some imports of one owner, by ascending export id. */
export interface ImportColumns {
  readonly imports: readonly ImportId[]
  readonly ids: Float64Array
  /** `use` and `rc` of each. */
  readonly used: Float64Array
  readonly clocks: Float64Array
}

/** Of an `ImportTable`, see `image`. */
export interface ImportTableImage {
  readonly entries: ImportEntriesImage
  readonly index: ReadonlyMap<OwnerIndex, SlotIndexImage>
  readonly proofs: ImportProofsImage
}

/** The claim of an import whose addRef waits for a session with its owner: later than every message. */
export const UNSENT = Number.POSITIVE_INFINITY

const NONE = -1

/** Flags of an import. */
const TRUSTED = 1
const HELD_OVER = 2

export class ImportTable {
  readonly #entries = new ImportEntries()
  /** The imports of each owner, by export id. */
  readonly #index = new Map<OwnerIndex, SlotIndex>()
  readonly #proofs = new ImportProofs()
  readonly #rules: Rules

  constructor(rules: Rules = ALL_RULES) {
    this.#rules = rules
  }

  /** How many references are held. */
  get size(): number {
    return this.#entries.size
  }

  /** The import of an owner's export, or undefined. O(1). */
  find(owner: OwnerIndex, id: ExportId): ImportId | undefined {
    const slot = this.#index.get(owner)?.find(this.#entries.export, id) ?? NONE
    return slot < 0 ? undefined : (slot as ImportId)
  }

  has(id: ImportId): boolean {
    return this.#entries.has(id)
  }

  /**
   * The import of an owner's export that a grant or a gift brings, made if it is new; trusted from now on. O(1).
   * @param sent the number of my last message to the owner
   */
  take(owner: OwnerIndex, id: ExportId, sent: Sequence): ImportId {
    const known = this.find(owner, id)
    if (known !== undefined) {
      this.#entries.flags[known] |= TRUSTED
      return known
    }
    const slot = this.#entries.add(owner, id)
    this.#entries.use[slot] = this.#rules.on('use-starts-at-current-sent') ? sent : 0
    this.#entries.flags[slot] = TRUSTED
    let index = this.#index.get(owner)
    if (index === undefined) {
      index = new SlotIndex()
      this.#index.set(owner, index)
    }
    index.add(this.#entries.export, slot)
    return slot as ImportId
  }

  ownerOf(id: ImportId): OwnerIndex {
    return this.#entries.owner[this.#live(id)]
  }

  exportOf(id: ImportId): ExportId {
    return this.#entries.export[this.#live(id)] as ExportId
  }

  /** `use` of an import. */
  useOf(id: ImportId): Sequence {
    return this.#entries.use[this.#live(id)]
  }

  /** `rc` of an import. */
  clockOf(id: ImportId): number {
    return this.#entries.clock[this.#live(id)]
  }

  /** Which use of its slot this import is, or which of its representatives is the current one. */
  generationOf(id: ImportId): number {
    return this.#entries.generation[this.#live(id)]
  }

  /**
   * The import has another representative: what a finalizer says of the last one is late. One that has broken in the turn that brought it
   * is gone already; nobody drops it.
   * @returns the new generation
   */
  rebind(id: ImportId): number {
    return this.has(id) ? ++this.#entries.generation[id] : this.#entries.generation[id]
  }

  /** Whether an import may be given away, as far as its session allows. */
  isTrusted(id: ImportId): boolean {
    return (this.#entries.flags[this.#live(id)] & TRUSTED) !== 0
  }

  /** Whether an import is from an earlier session with its owner, and its reconcile is still to be sent or to be acknowledged. */
  isHeldOver(id: ImportId): boolean {
    return (this.#entries.flags[this.#live(id)] & HELD_OVER) !== 0
  }

  /** The session with an owner is over: what is held from it is held over, and not to be given away. O(its imports). */
  holdOver(owner: OwnerIndex): void {
    this.#proofs.deleteAll(owner)
    this.#index.get(owner)?.forEach((slot) => {
      this.#entries.flags[slot] = HELD_OVER
      this.#entries.claim[slot] = 0
    })
  }

  /** How many imports are not trusted. O(slots). */
  get suspendedCount(): number {
    let count = 0
    for (let slot = 0; slot < this.#entries.slots; slot++) {
      if (this.#entries.owner[slot] !== FREE && (this.#entries.flags[slot] & TRUSTED) === 0) count++
    }
    return count
  }

  /** A gift of an import came to nothing: it is only held over again. */
  suspend(id: ImportId): void {
    const slot = this.#live(id)
    this.#entries.flags[slot] = HELD_OVER
    this.#entries.claim[slot] = 0
    this.#disprove(slot)
  }

  /** What an earlier session left of an import is lost: it stands or falls with the gift that came since. */
  releaseHold(id: ImportId): void {
    this.#entries.flags[this.#live(id)] &= ~HELD_OVER
  }

  /** What a reconcile has to name: by ascending export id. O(n log n). */
  heldOver(owner: OwnerIndex): ImportColumns {
    return this.#columnsOf(this.idsOf(owner).filter((id) => this.isHeldOver(id)))
  }

  /** How many imports from an owner there are, and the digest of their export ids. O(its imports). */
  digestFrom(owner: OwnerIndex): Digest {
    const ids = this.#exportsOf(this.idsOf(owner))
    return { count: ids.length, digest: digestOf(ids) }
  }

  /** All imports from an owner, by ascending export id. O(n log n). */
  columnsFrom(owner: OwnerIndex): ImportColumns {
    return this.#columnsOf(this.idsOf(owner))
  }

  /** A reconcile in my message `sequence` names the import. */
  reconciled(id: ImportId, sequence: Sequence): void {
    const slot = this.#live(id)
    this.#entries.claim[slot] = sequence
    this.#entries.depth[slot] = 0
    if (this.#rules.on('use-starts-anew')) this.#entries.use[slot] = sequence
  }

  /** The owner has acknowledged the reconcile up to my message `at`. O(its imports). */
  confirm(owner: OwnerIndex, at: Sequence): void {
    this.#index.get(owner)?.forEach((slot) => {
      if (this.#entries.claim[slot] > 0 && this.#entries.claim[slot] <= at) this.#entries.flags[slot] = TRUSTED
    })
  }

  /** Whether anything is held from an owner. O(1). */
  holdsFrom(owner: OwnerIndex): boolean {
    return this.#index.has(owner)
  }

  /** My sequence number of the last addRef or reconcile that named the import in this session; 0 for none, UNSENT while it waits for a session. */
  claimOf(id: ImportId): Sequence {
    return this.#entries.claim[this.#live(id)]
  }

  /** How deep in a row of unacknowledged gifts the import's last claim lay. */
  depthOf(id: ImportId): number {
    return this.#entries.depth[this.#live(id)]
  }

  /**
   * An addRef for the import is my message `sequence` to the owner, or waits (UNSENT): trusted, whatever ended since the gift came. No
   * `confirm` of an earlier reconcile would make it so any more.
   * @param depth 0 to 255
   */
  claimed(id: ImportId, sequence: Sequence, depth: number): void {
    const slot = this.#live(id)
    this.#entries.flags[slot] |= TRUSTED
    this.#entries.claim[slot] = sequence
    this.#entries.depth[slot] = depth
    const proof = this.proofOf(id)
    if (proof !== undefined) this.prove(id, proof)
  }

  /** What an import is given on upon, until its claim is acknowledged; undefined for one that this node can vouch for. O(1). */
  proofOf(id: ImportId): ImportProof | undefined {
    const slot = this.#live(id)
    return this.#proofs.of(this.#entries.owner[slot], slot)
  }

  /** An import is given on upon a gift, the last that was claimed of its owner's. O(1). */
  prove(id: ImportId, proof: ImportProof): void {
    const slot = this.#live(id)
    this.#proofs.set(this.#entries.owner[slot], slot, proof)
  }

  /** An owner has acknowledged claims up to my message `sequence`: this node can vouch for those imports. O(those). */
  vouch(owner: OwnerIndex, sequence: Sequence): void {
    this.#proofs.deleteWhile(owner, (slot) => this.#entries.claim[slot] <= sequence)
  }

  /** How many imports are given on upon a gift. O(owners). */
  get proofCount(): number {
    return this.#proofs.count
  }

  #disprove(slot: number): void {
    this.#proofs.delete(this.#entries.owner[slot], slot)
  }

  /** My message `sequence` to the owner targets the import or carries it home. */
  used(id: ImportId, sequence: Sequence): void {
    this.#entries.use[this.#live(id)] = sequence
  }

  /** The owner has acknowledged a gift of the import at its clock. */
  giftAcknowledged(id: ImportId, clock: number): void {
    const slot = this.#live(id)
    this.#entries.clock[slot] = Math.max(this.#entries.clock[slot], clock)
  }

  /** Removes an import. O(1). */
  remove(id: ImportId): void {
    this.retire(id)
    this.recycle()
  }

  /** Removes an import whose id names nothing else until `recycle`: somebody is still to hear of it. O(1). */
  retire(id: ImportId): void {
    const slot = this.#live(id)
    this.#unindex(this.#entries.owner[slot], [this.#entries.export[slot]])
    this.#disprove(slot)
    this.#entries.retire(slot)
  }

  /** Everybody has heard of what was retired. O(retired). */
  recycle(): void {
    this.#entries.recycle()
  }

  /**
   * Removes imports, each named once; tells the export ids of each owner, ascending. O(n log n).
   * @throws InvariantError when one is not there
   */
  removeAll(ids: readonly ImportId[]): Map<OwnerIndex, Float64Array> {
    const removed = new Map<OwnerIndex, Float64Array>()
    for (const [owner, imports] of this.#byOwner(ids)) {
      const exportIds = this.#exportsOf(imports)
      this.#unindex(owner, exportIds)
      for (const id of imports) {
        this.#disprove(id)
        this.#entries.remove(id)
      }
      removed.set(owner, exportIds.sort())
    }
    return removed
  }

  /** The imports that pass a test, by owner and there by export id; for reports. O(slots) as a rule (see `placesInOrder`). */
  select(passes: (id: ImportId) => boolean): Map<OwnerIndex, ImportColumns> {
    const passing: ImportId[] = []
    for (let slot = 0; slot < this.#entries.slots; slot++) {
      if (this.#entries.owner[slot] !== FREE && passes(slot as ImportId)) passing.push(slot as ImportId)
    }
    return new Map(Array.from(this.#byOwner(passing), ([owner, imports]) => [owner, this.#columnsOf(imports)]))
  }

  /** The imports from one owner, in no particular order. O(its imports). */
  idsOf(owner: OwnerIndex): ImportId[] {
    const ids: ImportId[] = []
    this.#index.get(owner)?.forEach((slot) => ids.push(slot as ImportId))
    return ids
  }

  /** Takes exports of an owner out of the index: all of them at once, if they are all there is. */
  #unindex(owner: OwnerIndex, exportIds: Column): void {
    const index = this.#index.get(owner)
    if (index === undefined) fail('an import is indexed under its owner', { owner })
    if (exportIds.length === index.size) {
      this.#index.delete(owner)
      return
    }
    for (let place = 0; place < exportIds.length; place++) {
      if (!index.delete(this.#entries.export, exportIds[place])) fail('an import is indexed under its owner', { owner })
    }
  }

  #byOwner(ids: readonly ImportId[]): Map<OwnerIndex, ImportId[]> {
    const byOwner = new Map<OwnerIndex, ImportId[]>()
    for (const id of ids) {
      const owner = this.#entries.owner[this.#live(id)]
      const list = byOwner.get(owner)
      if (list === undefined) byOwner.set(owner, [id])
      else list.push(id)
    }
    return byOwner
  }

  #exportsOf(imports: readonly ImportId[]): Float64Array {
    const exportIds = new Float64Array(imports.length)
    for (let place = 0; place < imports.length; place++) exportIds[place] = this.#entries.export[imports[place]]
    return exportIds
  }

  /** Columns of one owner's imports, by export id. */
  #columnsOf(unordered: readonly ImportId[]): ImportColumns {
    const order = placesInOrder(this.#exportsOf(unordered))
    const imports: ImportId[] = []
    const ids = new Float64Array(order.length)
    const used = new Float64Array(order.length)
    const clocks = new Float64Array(order.length)
    for (let place = 0; place < order.length; place++) {
      const id = unordered[order[place]]
      imports.push(id)
      ids[place] = this.#entries.export[id]
      used[place] = this.#entries.use[id]
      clocks[place] = this.#entries.clock[id]
    }
    return { imports, ids, used, clocks }
  }

  #live(id: ImportId): number {
    if (!this.has(id)) fail('an import that is asked about exists', { id })
    return id
  }

  /** This table as data. */
  image(): ImportTableImage {
    return {
      entries: this.#entries.image(),
      index: new Map(Array.from(this.#index, ([owner, ids]) => [owner, ids.image()])),
      proofs: this.#proofs.image(),
    }
  }

  /** Becomes the table that an image is of. Only for an empty one. */
  restore({ entries, index, proofs }: ImportTableImage): void {
    this.#proofs.restore(proofs)
    this.#entries.restore(entries)
    for (const [owner, image] of index) {
      const ids = new SlotIndex()
      ids.restore(image)
      this.#index.set(owner, ids)
    }
  }
}
