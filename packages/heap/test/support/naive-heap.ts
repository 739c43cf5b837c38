/** The same heap in the plainest way: sets, lists and a depth-first search. */
import type { ImportId } from '@holdfast/core'
import type { Handle } from '../../src/object-heap/index.js'

export class NaiveHeap {
  readonly pins = new Map<Handle, number>()
  readonly references = new Map<Handle, Handle[]>()
  readonly imports = new Map<Handle, ImportId>()
  readonly exported = new Set<Handle>()
  readonly pinnedImports = new Set<ImportId>()

  create(handle: Handle): void {
    this.references.set(handle, [])
    this.pins.set(handle, 1)
  }

  refer(from: Handle, to: Handle): void {
    this.references.get(from)?.push(to)
  }

  unrefer(from: Handle, to: Handle): boolean {
    const list = this.references.get(from) ?? []
    const at = list.indexOf(to)
    if (at >= 0) list.splice(at, 1)
    return at >= 0
  }

  pin(handle: Handle, by: number): void {
    this.pins.set(handle, (this.pins.get(handle) ?? 0) + by)
  }

  /** What the pins of the program, and of gifts, reach. */
  reachedByPins(): Set<Handle> {
    const starts = [...this.references.keys()].filter((handle) => (this.pins.get(handle) ?? 0) > 0)
    for (const [handle, id] of this.imports) if (this.pinnedImports.has(id)) starts.push(handle)
    return this.closure(starts)
  }

  /** What lives: the exports count, too. */
  live(): Set<Handle> {
    return this.closure([...this.reachedByPins(), ...this.exported])
  }

  closure(starts: Iterable<Handle>): Set<Handle> {
    const seen = new Set<Handle>()
    const stack = [...starts]
    for (let handle = stack.pop(); handle !== undefined; handle = stack.pop()) {
      if (seen.has(handle)) continue
      seen.add(handle)
      stack.push(...(this.references.get(handle) ?? []))
    }
    return seen
  }

  keep(live: ReadonlySet<Handle>): void {
    for (const handle of this.references.keys()) {
      if (live.has(handle)) continue
      this.references.delete(handle)
      this.pins.delete(handle)
      this.imports.delete(handle)
    }
  }
}
