/**
 * The holder's side of reference listing: which remote objects this node holds.
 *
 * Invariants
 * - One entry for each (owner, export id): the same object arrives as the same import.
 * - `use` is my sequence number of the last message to the owner that used the import, and starts at the last number
 *   sent when the entry is made; `rc` is the highest owner clock seen in a giftAck for it.
 * - An `ImportId` is a dense slot that is reused after removal; `generation` tells two uses of a slot apart, so that a
 *   late finalizer drops nothing that was imported again.
 *
 * Driver contract: make an entry when a message brings a reference (`take`), note uses, remove it when the local
 * collector finds it unreachable (the caller then sends dropRef) or when the owner says it is broken.
 */
import {
  ALL_RULES,
  type Column,
  type ExportId,
  fail,
  IdMap,
  type ImportId,
  placesInOrder,
  type Rules,
  type Sequence,
} from '@holdfast/core'

/** What the table calls an owner: a small number that its user chooses, one for each incarnation of a peer. */
export type OwnerIndex = number

/** Some imports of one owner, by ascending export id. */
export interface ImportColumns {
  readonly imports: readonly ImportId[]
  readonly ids: Float64Array
  /** `use` and `rc` of each. */
  readonly used: Float64Array
  readonly clocks: Float64Array
}

/** The claim of an import whose addRef waits for a session with its owner: later than every message. */
export const UNSENT = Number.POSITIVE_INFINITY

const MIN_CAPACITY = 16
const FREE = -1

export class ImportTable {
  #owner = new Int32Array(MIN_CAPACITY)
  #export = new Float64Array(MIN_CAPACITY)
  #use = new Float64Array(MIN_CAPACITY)
  #clock = new Float64Array(MIN_CAPACITY)
  #claim = new Float64Array(MIN_CAPACITY)
  #depth = new Uint8Array(MIN_CAPACITY)
  #generation = new Uint32Array(MIN_CAPACITY)
  /** Free slots, the last freed on top. */
  readonly #free: number[] = []
  /** Slots of imports that are gone, not to be reused yet. */
  readonly #retired: number[] = []
  #slots = 0
  readonly #index = new Map<OwnerIndex, IdMap>()
  readonly #rules: Rules

  constructor(rules: Rules = ALL_RULES) {
    this.#rules = rules
  }

  /** How many references are held. */
  get size(): number {
    return this.#slots - this.#free.length - this.#retired.length
  }

  /** The import of an owner's export, or undefined. O(1). */
  find(owner: OwnerIndex, id: ExportId): ImportId | undefined {
    const slot = this.#index.get(owner)?.get(id) ?? FREE
    return slot < 0 ? undefined : (slot as ImportId)
  }

  has(id: ImportId): boolean {
    return id < this.#slots && this.#owner[id] !== FREE
  }

  /**
   * The import of an owner's export, made if it is new. O(1).
   * @param sent the number of my last message to the owner
   */
  take(owner: OwnerIndex, id: ExportId, sent: Sequence): ImportId {
    const known = this.find(owner, id)
    if (known !== undefined) return known
    const slot = this.#free.pop() ?? this.#slots++
    if (slot === this.#owner.length) this.#grow()
    this.#owner[slot] = owner
    this.#export[slot] = id
    this.#use[slot] = this.#rules.on('use-starts-at-current-sent') ? sent : 0
    this.#clock[slot] = 0
    this.#claim[slot] = 0
    this.#depth[slot] = 0
    let index = this.#index.get(owner)
    if (index === undefined) {
      index = new IdMap()
      this.#index.set(owner, index)
    }
    index.set(id, slot)
    return slot as ImportId
  }

  ownerOf(id: ImportId): OwnerIndex {
    return this.#owner[this.#live(id)]
  }

  exportOf(id: ImportId): ExportId {
    return this.#export[this.#live(id)] as ExportId
  }

  /** `use` of an import. */
  useOf(id: ImportId): Sequence {
    return this.#use[this.#live(id)]
  }

  /** `rc` of an import. */
  clockOf(id: ImportId): number {
    return this.#clock[this.#live(id)]
  }

  /** Which use of its slot this import is. */
  generationOf(id: ImportId): number {
    return this.#generation[this.#live(id)]
  }

  /** My sequence number of the last addRef that named the import; 0 for none, UNSENT while it waits for a session. */
  claimOf(id: ImportId): Sequence {
    return this.#claim[this.#live(id)]
  }

  /** How deep in a row of unacknowledged gifts the import's last claim lay. */
  depthOf(id: ImportId): number {
    return this.#depth[this.#live(id)]
  }

  /** An addRef for the import is my message `sequence` to the owner, or waits (UNSENT). @param depth 0 to 255 */
  claimed(id: ImportId, sequence: Sequence, depth: number): void {
    const slot = this.#live(id)
    this.#claim[slot] = sequence
    this.#depth[slot] = depth
  }

  /** My message `sequence` to the owner targets the import or carries it home. */
  used(id: ImportId, sequence: Sequence): void {
    this.#use[this.#live(id)] = sequence
  }

  /** The owner has acknowledged a gift of the import at its clock. */
  giftAcknowledged(id: ImportId, clock: number): void {
    const slot = this.#live(id)
    this.#clock[slot] = Math.max(this.#clock[slot], clock)
  }

  /** Removes an import. O(1). */
  remove(id: ImportId): void {
    this.retire(id)
    this.recycle()
  }

  /** Removes an import whose id names nothing else until `recycle`: somebody is still to hear of it. O(1). */
  retire(id: ImportId): void {
    const slot = this.#live(id)
    this.#unindex(this.#owner[slot], [this.#export[slot]])
    this.#vacate(id)
    this.#retired.push(slot)
  }

  /** Everybody has heard of what was retired. O(retired). */
  recycle(): void {
    for (let slot = this.#retired.pop(); slot !== undefined; slot = this.#retired.pop()) this.#free.push(slot)
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
      for (const id of imports) this.#release(id)
      removed.set(owner, exportIds.sort())
    }
    return removed
  }

  /** The imports that pass a test, by owner and there by export id; for reports. O(slots) as a rule (see `placesInOrder`). */
  select(passes: (id: ImportId) => boolean): Map<OwnerIndex, ImportColumns> {
    const passing: ImportId[] = []
    for (let slot = 0; slot < this.#slots; slot++) {
      if (this.#owner[slot] !== FREE && passes(slot as ImportId)) passing.push(slot as ImportId)
    }
    return new Map(Array.from(this.#byOwner(passing), ([owner, imports]) => [owner, this.#columnsOf(imports)]))
  }

  /** The imports from one owner, in no particular order. O(its imports). */
  idsOf(owner: OwnerIndex): ImportId[] {
    const ids: ImportId[] = []
    this.#index.get(owner)?.forEach((_, slot) => ids.push(slot as ImportId))
    return ids
  }

  #release(id: ImportId): void {
    this.#vacate(id)
    this.#free.push(id)
  }

  #vacate(id: ImportId): void {
    if (this.#owner[id] === FREE) fail('an import is removed once', { id })
    this.#owner[id] = FREE
    this.#generation[id]++
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
      if (!index.delete(exportIds[place])) fail('an import is indexed under its owner', { owner })
    }
  }

  #byOwner(ids: readonly ImportId[]): Map<OwnerIndex, ImportId[]> {
    const byOwner = new Map<OwnerIndex, ImportId[]>()
    for (const id of ids) {
      const owner = this.#owner[this.#live(id)]
      const list = byOwner.get(owner)
      if (list === undefined) byOwner.set(owner, [id])
      else list.push(id)
    }
    return byOwner
  }

  #exportsOf(imports: readonly ImportId[]): Float64Array {
    const exportIds = new Float64Array(imports.length)
    for (let place = 0; place < imports.length; place++) exportIds[place] = this.#export[imports[place]]
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
      ids[place] = this.#export[id]
      used[place] = this.#use[id]
      clocks[place] = this.#clock[id]
    }
    return { imports, ids, used, clocks }
  }

  #live(id: ImportId): number {
    if (!this.has(id)) fail('an import that is asked about exists', { id })
    return id
  }

  #grow(): void {
    const capacity = this.#owner.length * 2
    this.#owner = copied(this.#owner, new Int32Array(capacity))
    this.#export = copied(this.#export, new Float64Array(capacity))
    this.#use = copied(this.#use, new Float64Array(capacity))
    this.#clock = copied(this.#clock, new Float64Array(capacity))
    this.#claim = copied(this.#claim, new Float64Array(capacity))
    this.#depth = copied(this.#depth, new Uint8Array(capacity))
    this.#generation = copied(this.#generation, new Uint32Array(capacity))
  }
}

function copied<T extends { set(from: ArrayLike<number>): void }>(from: ArrayLike<number>, to: T): T {
  to.set(from)
  return to
}
