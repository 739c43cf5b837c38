/** A heap, its naive double and what a program does to both, step by step, drawn by fast-check. */
import type { ImportId } from '@holdfast/core'
import fc from 'fast-check'
import { type Handle, ObjectHeap } from '../../src/object-heap/index.js'
import { NaiveHeap } from './naive-heap.js'

/** A step: what to do, and which objects to do it to (taken modulo how many there are). */
export type Step = readonly [kind: number, a: number, b: number]

export const steps = (maxLength: number): fc.Arbitrary<Step[]> =>
  fc.array(fc.tuple(fc.nat(99), fc.nat(1000), fc.nat(1000)), { maxLength })

export class RandomHeap {
  readonly heap = new ObjectHeap()
  readonly naive = new NaiveHeap()
  readonly dead: Handle[] = []
  #imports = 0

  get handles(): Handle[] {
    return [...this.naive.references.keys()]
  }

  get outside(): { exported: Handle[]; pinnedImports: ImportId[] } {
    return { exported: [...this.naive.exported], pinnedImports: [...this.naive.pinnedImports] }
  }

  step([kind, a, b]: Step): void {
    const { heap, naive } = this
    // The program does only what it can: it works with what its pins reach.
    const all = [...naive.reachedByPins()]
    if (all.length === 0 || kind < 20) {
      this.#create(kind % 4 === 0)
      return
    }
    const from = all[a % all.length]
    const to = all[b % all.length]
    if (kind < 55) {
      if (naive.imports.has(from)) return
      heap.addReference(from, to)
      naive.refer(from, to)
    } else if (kind < 65) {
      const target = naive.references.get(from)?.[b % 3]
      if (target === undefined) return
      heap.removeReference(from, target)
      naive.unrefer(from, target)
    } else if (kind < 70) {
      heap.pin(from)
      naive.pin(from, 1)
    } else if (kind < 90) {
      if (naive.pins.get(from) === 0) return
      heap.unpin(from)
      naive.pin(from, -1)
    } else this.#tables(from, kind)
  }

  #create(isImport: boolean): void {
    const id = this.#imports as ImportId
    const handle = isImport ? this.heap.importHandle(id) : this.heap.create()
    this.naive.create(handle)
    if (!isImport) return
    this.naive.imports.set(handle, id)
    this.#imports++
  }

  /** What the protocol's tables do: export and list no more, pin a gift and have it acknowledged. */
  #tables(handle: Handle, kind: number): void {
    const id = this.naive.imports.get(handle)
    const set: Set<Handle | ImportId> = id === undefined ? this.naive.exported : this.naive.pinnedImports
    if (kind < 97) set.add(id ?? handle)
    else set.clear()
  }

  /** Takes over in the naive double what a collection of the heap has done; says what ought to have gone. */
  expectedCollection(): { gone: Handle[]; imports: ImportId[] } {
    const live = this.naive.live()
    const gone = this.handles.filter((handle) => !live.has(handle))
    const imports = gone.flatMap((handle) => this.naive.imports.get(handle) ?? [])
    this.naive.keep(live)
    this.dead.push(...gone)
    return { gone, imports }
  }
}
