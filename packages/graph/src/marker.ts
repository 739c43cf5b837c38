/**
 * The tri-color state of one mark: colors, the grey set as an explicit stack, and where the scans of the current
 * objects stopped.
 *
 * Invariant while a mark is under way: no black object refers to a white one, because whoever adds a reference shades
 * its target (Dijkstra, Lamport, Martin, Scholten, Steffens 1978, "On-the-fly garbage collection: an exercise in
 * cooperation"). An object being scanned is grey until its last reference was followed, so a slice may end inside a
 * long list. Each object is shaded at most once in a mark and greys never exceed the objects, whatever the depth of the
 * graph: no recursion.
 *
 * Lanes: following a list is a chain of cache misses, each waiting for the one before. So LANES objects are scanned in
 * turn, one reference each, and their misses overlap (in the spirit of Cher, Hosking, Vitek 2004, "Software prefetching
 * for mark-sweep garbage collection"; JavaScript has no prefetch). For the same reason shading in the loop has no
 * branch: whether a target is white cannot be predicted, and a wrong guess throws the overlap away. Together about
 * twice as fast on a shuffled graph.
 */
import { NONE } from './link-store.js'

/** Not reached yet; garbage when the mark has finished. */
export const WHITE = 0
/** Reached, its references not all followed yet. */
export const GREY = 1
/** Reached, and so is everything it refers to. */
export const BLACK = 2

export type Color = typeof WHITE | typeof GREY | typeof BLACK

/** A power of two. */
const LANES = 16
const MIN_GREYS = 256
/** A grey stack above this many entries is given back when the mark ends. */
const KEPT_GREYS = 1 << 12

export class Marker {
  #colors = new Uint8Array(0)
  #greys = new Int32Array(MIN_GREYS)
  #greyCount = 0
  #active = false
  /** The object that each lane scans, or NONE; grey, and not on the stack. */
  readonly #scanned = new Int32Array(LANES).fill(NONE)
  /** The next link that each lane follows, or NONE. */
  readonly #cursors = new Int32Array(LANES).fill(NONE)
  /** Cells that links are moved to while they are followed, if they are. */
  #room: Int32Array | null = null
  /** Where there the link that each lane follows next will lie. */
  readonly #places = new Int32Array(LANES)
  /** Places there that are given away. */
  #moved = 0
  /** Lanes that scan an object. */
  #busy = 0
  /** Nothing is black yet: no step was made since the mark has begun, and no object is newer than it. */
  #untouched = false

  /** A mark is under way: begun and not ended. */
  get active(): boolean {
    return this.#active
  }

  /** A mark is under way and nothing is grey. */
  get finished(): boolean {
    return this.#active && this.#greyCount === 0 && this.#busy === 0
  }

  /** A mark is under way in which nothing is black. */
  get untouched(): boolean {
    return this.#active && this.#untouched
  }

  colorOf(index: number): Color {
    return this.#colors[index] as Color
  }

  /** Everything white, nothing grey. O(capacity), a memset. */
  begin(): void {
    this.#colors.fill(WHITE)
    this.#clear()
    this.#active = true
    this.#untouched = true
  }

  end(): void {
    this.#clear()
    this.#active = false
    if (this.#greys.length > KEPT_GREYS) this.#greys = new Int32Array(MIN_GREYS)
  }

  /** White becomes grey. Amortized O(1). */
  shade(index: number): void {
    if (this.#colors[index] !== WHITE) return
    this.#colors[index] = GREY
    if (this.#greyCount === this.#greys.length) this.#growGreys()
    this.#greys[this.#greyCount++] = index
  }

  /** A new object refers to nothing: black during a mark (and nothing to look at outside one). */
  allocated(index: number): void {
    this.#colors[index] = BLACK
    this.#untouched = false
  }

  /** The object is gone; an entry for it that is still on the stack is skipped because it is not grey. */
  freed(index: number): void {
    this.#colors[index] = BLACK
    if (this.#busy === 0) return
    const lane = this.#scanned.indexOf(index)
    if (lane === NONE) return
    this.#scanned[lane] = NONE
    this.#cursors[lane] = NONE
    this.#busy--
  }

  /** The list that holds `link` is about to lose it. */
  unlinked(link: number, next: number): void {
    if (this.#busy === 0) return
    const lane = this.#cursors.indexOf(link)
    if (lane !== NONE) this.#cursors[lane] = next
  }

  /**
   * Visits up to `budget` objects and references; true when nothing is grey. O(budget).
   * @param heads first link of each object
   * @param cells target and next of each link
   */
  step(heads: Int32Array, cells: Int32Array, budget: number): boolean {
    const colors = this.#colors
    const scanned = this.#scanned
    const cursors = this.#cursors
    const room = this.#room
    const places = this.#places
    let greys = this.#greys
    let greyCount = this.#greyCount
    let busy = this.#busy
    let left = budget
    this.#untouched = false
    for (let lane = 0; left > 0 && (busy > 0 || greyCount > 0); lane = (lane + 1) & (LANES - 1)) {
      const link = cursors[lane]
      if (link !== NONE) {
        const target = cells[2 * link]
        const next = cells[2 * link + 1]
        cursors[lane] = next
        left--
        if (room !== null) {
          const place = places[lane]
          room[2 * place] = target
          room[2 * place + 1] = places[lane] = next === NONE ? NONE : this.#moved++
        }
        // The target is always written above the top of the stack, and counted (and greyed) if it is white.
        const color = colors[target]
        const white = (color - 1) >>> 31
        if (greyCount === greys.length) greys = this.#growGreys()
        greys[greyCount] = target
        greyCount += white
        colors[target] = color + white
        continue
      }
      if (scanned[lane] !== NONE) {
        colors[scanned[lane]] = BLACK
        scanned[lane] = NONE
        busy--
      }
      if (greyCount === 0) continue
      const index = greys[--greyCount]
      left--
      if (colors[index] !== GREY) continue
      scanned[lane] = index
      cursors[lane] = heads[index]
      if (room !== null && heads[index] !== NONE) heads[index] = places[lane] = this.#moved++
      busy++
    }
    this.#greyCount = greyCount
    this.#busy = busy
    return this.finished
  }

  /**
   * Marks at one go, and moves all links: those of what is reached in the order in which the lanes follow them, then those of the
   * rest. Only for a mark that is `untouched`. O(capacity + links).
   * @param heads first link of each object; changed to where it lies now
   * @param room cells for all of them
   * @returns how many there are
   */
  moveAll(heads: Int32Array, cells: Int32Array, room: Int32Array): number {
    this.#moved = 0
    this.#room = room
    this.step(heads, cells, Infinity)
    this.#room = null
    let place = this.#moved
    for (let index = 0; index < heads.length; index++) {
      if (this.#colors[index] !== WHITE || heads[index] <= NONE) continue
      let link = heads[index]
      heads[index] = place
      for (; link !== NONE; link = cells[2 * link + 1]) {
        room[2 * place] = cells[2 * link]
        room[2 * place + 1] = ++place
      }
      room[2 * place - 1] = NONE
    }
    return place
  }

  /** Makes room for the indices below `capacity`. */
  grow(capacity: number): void {
    const grown = new Uint8Array(capacity)
    grown.set(this.#colors)
    this.#colors = grown
  }

  get memoryBytes(): number {
    return this.#colors.byteLength + this.#greys.byteLength
  }

  #growGreys(): Int32Array<ArrayBuffer> {
    const grown = new Int32Array(this.#greys.length * 2)
    grown.set(this.#greys)
    this.#greys = grown
    return grown
  }

  #clear(): void {
    this.#greyCount = 0
    this.#busy = 0
    this.#scanned.fill(NONE)
    this.#cursors.fill(NONE)
  }
}
