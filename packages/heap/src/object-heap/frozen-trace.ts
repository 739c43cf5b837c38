/**
 * A second, naive local tracer, for tests and simulations: copies who refers to whom and answers from the copy. It can be kept while the
 * heap moves on, which is the mistake that the rule `stamps-in-the-turn-of-the-trace` forbids. Every path is walked anew for every
 * suspect: O(suspects × objects).
 */
import type { Column, ImportId, ObjectKey } from '@holdfast/core'
import type { LocalTrace, SuspectReferences } from '@holdfast/tracing'
import type { Handle } from './handle.js'
import type { ObjectHeap } from './object-heap.js'

export interface FrozenScene {
  /** What the program holds. */
  readonly roots: readonly Handle[]
  /** Imports that gifts pin: roots as well. */
  readonly pinned: Iterable<ImportId>
  /** What else may be asked about: exported objects, and imports that nothing may refer to. */
  readonly others: Iterable<Handle>
}

export class FrozenTrace implements LocalTrace {
  readonly #references = new Map<Handle, Handle[]>()
  readonly #handleOfImport = new Map<ImportId, Handle>()
  readonly #reached = new Set<Handle>()

  constructor(heap: ObjectHeap, { roots, pinned, others }: FrozenScene) {
    const pins = new Set(pinned)
    const starts = [...roots]
    const all = [...roots, ...others]
    for (let handle = all.pop(); handle !== undefined; handle = all.pop()) {
      if (this.#references.has(handle)) continue
      const references = heap.referencesOf(handle)
      this.#references.set(handle, references)
      all.push(...references)
      const id = heap.importOf(handle)
      if (id === undefined) continue
      this.#handleOfImport.set(id, handle)
      if (pins.has(id)) starts.push(handle)
    }
    this.root(starts)
  }

  reachesObject(object: ObjectKey): boolean {
    // What was not there when the copy was made looks alive.
    return this.#reached.has(object) || !this.#references.has(object)
  }

  reachesImport(id: ImportId): boolean {
    const handle = this.#handleOfImport.get(id)
    return handle === undefined || this.#reached.has(handle)
  }

  root(objects: Iterable<ObjectKey>): void {
    const stack = [...objects]
    for (let handle = stack.pop(); handle !== undefined; handle = stack.pop()) {
      if (this.#reached.has(handle)) continue
      this.#reached.add(handle)
      stack.push(...(this.#references.get(handle) ?? []))
    }
  }

  suspectReferences(objects: Column, imports: Column): SuspectReferences {
    const vertexOf = new Map<Handle, number>()
    for (let place = 0; place < objects.length; place++) vertexOf.set(objects[place] as Handle, place)
    for (let place = 0; place < imports.length; place++) {
      const handle = this.#handleOfImport.get(imports[place] as ImportId)
      if (handle !== undefined) vertexOf.set(handle, objects.length + place)
    }
    const offsets = [0]
    const targets: number[] = []
    for (let place = 0; place < objects.length; place++) {
      targets.push(...this.#suspectsFrom(objects[place] as Handle, vertexOf))
      offsets.push(targets.length)
    }
    return { inner: [], offsets: Uint32Array.from(offsets), targets: Uint32Array.from(targets) }
  }

  /** All suspects that one reaches, by vertex, ascending. */
  #suspectsFrom(start: Handle, vertexOf: ReadonlyMap<Handle, number>): number[] {
    const seen = new Set<Handle>([start])
    const stack = [start]
    for (let handle = stack.pop(); handle !== undefined; handle = stack.pop()) {
      for (const target of this.#references.get(handle) ?? []) {
        if (seen.has(target) || this.#reached.has(target)) continue
        seen.add(target)
        stack.push(target)
      }
    }
    seen.delete(start)
    return [...seen].flatMap((handle) => vertexOf.get(handle) ?? []).sort((a, b) => a - b)
  }
}
