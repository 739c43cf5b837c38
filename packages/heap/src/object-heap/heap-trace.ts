/**
 * The answers of one trace of an `ObjectHeap`. They read the colors of the heap's mark, so they hold until the heap changes.
 *
 * Between suspects lie objects that are none. An object that one place alone leads to is folded into that place; one
 * that several lead to becomes an inner vertex. So the answer has at most as many vertices and references as the
 * objects traced, where listing which suspect reaches which would have their product.
 */
import type { Column, ImportId, ObjectKey } from '@holdfast/core'
import { type DenseGraph, NONE, WHITE } from '@holdfast/graph'
import type { LocalTrace, SuspectReferences } from '@holdfast/tracing'
import type { Handle } from './handle.js'

export interface HeapView {
  readonly graph: DenseGraph
  slotOfObject(key: ObjectKey): number
  handleOfSlot(slot: number): Handle
  /** NONE for an import that the heap does not know. */
  slotOfImport(id: ImportId): number
}

export class HeapTrace implements LocalTrace {
  readonly #heap: HeapView

  constructor(heap: HeapView) {
    this.#heap = heap
  }

  reachesObject(object: ObjectKey): boolean {
    return this.#heap.graph.colorOf(this.#heap.slotOfObject(object)) !== WHITE
  }

  reachesImport(id: ImportId): boolean {
    const slot = this.#heap.slotOfImport(id)
    return slot !== NONE && this.#heap.graph.colorOf(slot) !== WHITE
  }

  root(objects: Iterable<ObjectKey>): void {
    const { graph } = this.#heap
    for (const object of objects) graph.shade(this.#heap.slotOfObject(object))
    while (!graph.markStep(Number.MAX_SAFE_INTEGER));
  }

  suspectReferences(exports: Column, imports: Column): SuspectReferences {
    return new SuspectWalk(this.#heap, exports, imports).walk()
  }
}

/** What a white object is to the walk: a vertex (0 and up), or one of these. */
const UNSEEN = -1
/** Inner, and one place so far leads to it. */
const FOLDED = -2
/** Inner, and several places lead to it; its number comes when it is first referred to. */
const SHARED = -3
/** An import's target number is known only when all inner vertices are: it is kept as this minus its place. */
const IMPORT_BASE = -4

class SuspectWalk {
  readonly #heap: HeapView
  readonly #graph: DenseGraph
  readonly #roles: Int32Array
  /** Slots of the sources, in the order of their vertices: exports, then inner vertices. */
  readonly #sources: number[] = []
  readonly #exportCount: number
  readonly #stack: number[] = []
  #targets = new Int32Array(64)
  #targetCount = 0

  constructor(heap: HeapView, exports: Column, imports: Column) {
    this.#heap = heap
    this.#graph = heap.graph
    this.#roles = new Int32Array(heap.graph.capacity).fill(UNSEEN)
    this.#exportCount = exports.length
    for (let place = 0; place < exports.length; place++) {
      const slot = heap.slotOfObject(exports[place] as ObjectKey)
      this.#roles[slot] = place
      this.#sources.push(slot)
    }
    for (let place = 0; place < imports.length; place++) {
      const slot = heap.slotOfImport(imports[place] as ImportId)
      if (slot !== NONE) this.#roles[slot] = IMPORT_BASE - place
    }
  }

  walk(): SuspectReferences {
    this.#classify()
    const offsets = [0]
    // Inner vertices join the sources while they are found.
    const { adjacency } = this.#graph
    for (let vertex = 0; vertex < this.#sources.length; vertex++) {
      this.#follow(vertex, adjacency)
      offsets.push(this.#targetCount)
    }
    return this.#numbered(Uint32Array.from(offsets))
  }

  /** Tells folded inner objects from shared ones. Each white object is entered once, each reference followed once. */
  #classify(): void {
    const { heads, cells } = this.#graph.adjacency
    const roles = this.#roles
    const stack = this.#sources.slice()
    for (let slot = stack.pop(); slot !== undefined; slot = stack.pop()) {
      for (let link = heads[slot]; link !== NONE; link = cells[2 * link + 1]) {
        const target = cells[2 * link]
        const role = roles[target]
        if (role === FOLDED) roles[target] = SHARED
        // What the roots reach is live anyway, and a leaf leads nowhere.
        else if (role === UNSEEN && heads[target] !== NONE && this.#graph.colorOf(target) === WHITE) {
          roles[target] = FOLDED
          stack.push(target)
        }
      }
    }
  }

  /** Emits the references of one vertex, through the inner objects folded into it. */
  #follow(vertex: number, { heads, cells }: DenseGraph['adjacency']): void {
    const roles = this.#roles
    const stack = this.#stack
    stack.push(this.#sources[vertex])
    for (let slot = stack.pop(); slot !== undefined; slot = stack.pop()) {
      for (let link = heads[slot]; link !== NONE; link = cells[2 * link + 1]) {
        const role = roles[cells[2 * link]]
        if (role === UNSEEN || role === vertex) continue
        if (role === FOLDED) stack.push(cells[2 * link])
        else this.#emit(role === SHARED ? this.#numberInner(cells[2 * link]) : role)
      }
    }
  }

  #numberInner(slot: number): number {
    const vertex = this.#sources.push(slot) - 1
    this.#roles[slot] = vertex
    return vertex
  }

  #emit(target: number): void {
    if (this.#targetCount === this.#targets.length) {
      const grown = new Int32Array(this.#targets.length * 2)
      grown.set(this.#targets)
      this.#targets = grown
    }
    this.#targets[this.#targetCount++] = target
  }

  /** Gives imports their final numbers, orders each vertex's targets and removes repeats. */
  #numbered(starts: Uint32Array): SuspectReferences {
    const sources = this.#sources.length
    const targets = new Uint32Array(this.#targetCount)
    const offsets = new Uint32Array(sources + 1)
    let count = 0
    for (let vertex = 0; vertex < sources; vertex++) {
      const first = count
      for (let at = starts[vertex]; at < starts[vertex + 1]; at++) {
        const target = this.#targets[at]
        targets[count++] = target >= 0 ? target : sources + IMPORT_BASE - target
      }
      sortRange(targets, first, count)
      count = distinct(targets, first, count)
      offsets[vertex + 1] = count
    }
    const inner = new Float64Array(sources - this.#exportCount)
    for (let place = 0; place < inner.length; place++) {
      inner[place] = this.#heap.handleOfSlot(this.#sources[this.#exportCount + place])
    }
    return { inner, offsets, targets: targets.slice(0, count) }
  }
}

/** Below this length an insertion sort beats the call of the built-in one; nearly every object has fewer references. */
const SHORT = 24

function sortRange(values: Uint32Array, start: number, end: number): void {
  if (end - start > SHORT) {
    values.subarray(start, end).sort()
    return
  }
  for (let at = start + 1; at < end; at++) {
    const value = values[at]
    let to = at
    for (; to > start && values[to - 1] > value; to--) values[to] = values[to - 1]
    values[to] = value
  }
}

/** Moves the distinct values of an ordered range to its start; returns where they end. */
function distinct(values: Uint32Array, start: number, end: number): number {
  let to = start
  for (let at = start; at < end; at++) if (at === start || values[at] !== values[at - 1]) values[to++] = values[at]
  return to
}
