/**
 * The columns of the import table: an entry for each slot, by which others know an import. Slots of imports that are gone are used again,
 * under another generation.
 */
import { type ExportId, fail, grownCapacity } from '@holdfast/core'

/** What the table calls an owner: a small number that its user chooses, one for each incarnation of a peer. */
export type OwnerIndex = number

const MIN_CAPACITY = 16

/** The owner of a free slot. */
export const FREE = -1

export interface ImportEntriesImage {
  readonly columns: Pick<
    ImportEntries,
    'owner' | 'export' | 'use' | 'clock' | 'claim' | 'depth' | 'flags' | 'generation'
  >
  readonly free: readonly number[]
  readonly retired: readonly number[]
  readonly slots: number
}

export class ImportEntries {
  owner = new Int32Array(MIN_CAPACITY)
  export = new Float64Array(MIN_CAPACITY)
  use = new Float64Array(MIN_CAPACITY)
  /** `rc`. */
  clock = new Float64Array(MIN_CAPACITY)
  claim = new Float64Array(MIN_CAPACITY)
  depth = new Uint8Array(MIN_CAPACITY)
  flags = new Uint8Array(MIN_CAPACITY)
  generation = new Uint32Array(MIN_CAPACITY)
  /** Free slots, the last freed on top. */
  readonly #free: number[] = []
  /** Slots of imports that are gone, not to be used again yet. */
  readonly #retired: number[] = []
  #slots = 0

  /** How many slots there are, free ones among them. */
  get slots(): number {
    return this.#slots
  }

  /** How many are taken. */
  get size(): number {
    return this.#slots - this.#free.length - this.#retired.length
  }

  has(slot: number): boolean {
    return slot < this.#slots && this.owner[slot] !== FREE
  }

  /** Takes a slot; all but owner, export and generation are 0. Amortized O(1). */
  add(owner: number, id: ExportId): number {
    const slot = this.#free.pop() ?? this.#slots++
    if (slot === this.owner.length) this.#grow()
    this.owner[slot] = owner
    this.export[slot] = id
    this.use[slot] = 0
    this.clock[slot] = 0
    this.claim[slot] = 0
    this.depth[slot] = 0
    this.flags[slot] = 0
    return slot
  }

  /** Frees a slot. O(1). @throws InvariantError when it is free */
  remove(slot: number): void {
    this.#vacate(slot)
    this.#free.push(slot)
  }

  /** Frees a slot that names nothing else until `recycle`. O(1). @throws InvariantError when it is free */
  retire(slot: number): void {
    this.#vacate(slot)
    this.#retired.push(slot)
  }

  /** What was retired may be used again. O(that). */
  recycle(): void {
    for (let slot = this.#retired.pop(); slot !== undefined; slot = this.#retired.pop()) this.#free.push(slot)
  }

  #vacate(slot: number): void {
    if (this.owner[slot] === FREE) fail('an import is removed once', { slot })
    this.owner[slot] = FREE
    this.generation[slot]++
  }

  #grow(): void {
    const capacity = grownCapacity(this.owner.length, this.owner.length + 1)
    this.owner = copied(this.owner, new Int32Array(capacity))
    this.export = copied(this.export, new Float64Array(capacity))
    this.use = copied(this.use, new Float64Array(capacity))
    this.clock = copied(this.clock, new Float64Array(capacity))
    this.claim = copied(this.claim, new Float64Array(capacity))
    this.depth = copied(this.depth, new Uint8Array(capacity))
    this.flags = copied(this.flags, new Uint8Array(capacity))
    this.generation = copied(this.generation, new Uint32Array(capacity))
  }

  image(): ImportEntriesImage {
    const { owner, use, clock, claim, depth, flags, generation } = this
    const columns = { owner, export: this.export, use, clock, claim, depth, flags, generation }
    return { columns, free: this.#free, retired: this.#retired, slots: this.#slots }
  }

  restore({ columns, free, retired, slots }: ImportEntriesImage): void {
    this.owner = columns.owner.slice()
    this.export = columns.export.slice()
    this.use = columns.use.slice()
    this.clock = columns.clock.slice()
    this.claim = columns.claim.slice()
    this.depth = columns.depth.slice()
    this.flags = columns.flags.slice()
    this.generation = columns.generation.slice()
    for (const slot of free) this.#free.push(slot)
    for (const slot of retired) this.#retired.push(slot)
    this.#slots = slots
  }
}

function copied<T extends { set(from: ArrayLike<number>): void }>(from: ArrayLike<number>, to: T): T {
  to.set(from)
  return to
}
