/**
 * Representatives that no code can get at, though V8 keeps them: what an exact trace found only other such ones to lead to. They have no pin,
 * so the heap traces them like managed objects, along a reference for each way that V8 knows from one to the next.
 *
 * A probe hides all representatives until the answer is there; then the found ones (*members*) stay hidden and the others come back.
 *
 * Invariants
 * - What is hidden has no `ref`: whoever materialises it comes by `touch`. While it is only probed it keeps its pin and place.
 * - A member has no place, and no way leads to it but from members and from the entries of ordinary ones.
 * - For each way from one member to another there is a way along references that were added here. What is new since the trace is pinned.
 * - Code that gets at a member gets at all that it leads to, and at nothing else: `touch` gives these back their pins. What is reached through
 *   a field only is touched when the field is read.
 */
import { UsageError } from '@holdfast/core'
import type { Handle, ObjectHeap } from '../object-heap/index.js'
import type { Entry } from './entry.js'
import type { Representatives } from './representatives.js'

/** What exact tracing needs of the store. */
export interface ExactDriver {
  readonly objects: ObjectHeap
  readonly representatives: Representatives
  unrefer(from: Handle, to: Entry): void
}

/** What is to be asked of V8. */
export interface ExactProbe {
  /** All representatives that live, by the handle. */
  readonly tagged: ReadonlyMap<Handle, object>
  /** What keeps ordinary objects for others: no way through them counts. */
  readonly holders: readonly object[]
}

/** Of each handle that code cannot get at, the handles that its representative leads to. */
export type Unreachable = ReadonlyMap<Handle, readonly Handle[]>

interface Hidden {
  readonly ref: NonNullable<Entry['ref']>
  /** The members that it leads to. */
  readonly targets: Entry[]
}

export class Exactness {
  readonly #driver: ExactDriver
  readonly #hidden = new Map<Entry, Hidden>()
  /** The one that waits for its answer. */
  #probe: ExactProbe | null = null

  constructor(driver: ExactDriver) {
    this.#driver = driver
  }

  /** The hidden representative, if it lives. Looking is no touch. */
  hiddenOf(entry: Entry): object | undefined {
    return this.#hidden.get(entry)?.ref.deref()
  }

  /** What keeps ordinary objects for others. */
  holders(): object[] {
    return [...this.#driver.representatives, ...this.#hidden.keys()].filter(({ kind }) => kind === 'ordinary')
  }

  /** Hides all representatives. What an earlier answer was good for is over. O(representatives) */
  probe(): ExactProbe {
    for (const entry of this.#hidden.keys()) this.touch(entry)
    const tagged = new Map<Handle, object>()
    for (const entry of this.#driver.representatives) {
      const ref = this.#driver.representatives.weakRefOf(entry)
      const object = ref?.deref()
      if (ref === null || object === undefined) continue
      this.#hidden.set(entry, { ref, targets: [] })
      entry.ref = null
      tagged.set(entry.handle, object)
    }
    this.#probe = { tagged, holders: this.holders() }
    return this.#probe
  }

  /**
   * The answer to a probe. O(hidden + ways between them)
   * @returns how many members there are
   * @throws UsageError `void-probe` when there was another since; LimitError; nothing changed
   */
  apply(probe: ExactProbe, unreachable: Unreachable): number {
    if (probe !== this.#probe) throw new UsageError('void-probe', 'there was another since, or it was answered')
    const members = this.#membersOf(unreachable)
    const { objects, representatives } = this.#driver
    const ways = [...members.values()].flatMap((entry) => {
      const targets = (unreachable.get(entry.handle) ?? []).map((handle) => members.get(handle))
      return targets.flatMap((target) => (target === undefined || entry.kind === 'remote' ? [] : { entry, target }))
    })
    objects.reserve(0, ways.length)
    this.#probe = null
    for (const entry of this.#hidden.keys()) if (!members.has(entry.handle)) this.touch(entry)
    for (const { entry, target } of ways) {
      objects.addReference(entry.handle, target.handle)
      this.#hidden.get(entry)?.targets.push(target)
    }
    for (const entry of members.values()) representatives.unpin(entry)
    return members.size
  }

  /** Code gets at a representative: it and what it leads to are pinned again. O(1) for what is not hidden. */
  touch(entry: Entry): void {
    if (this.#hidden.size === 0) return
    const stack = [entry]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const hidden = this.#hidden.get(next)
      if (hidden === undefined) continue
      this.#hidden.delete(next)
      this.#driver.representatives.restore(next, hidden.ref)
      for (const target of hidden.targets) {
        this.#driver.unrefer(next.handle, target)
        stack.push(target)
      }
    }
  }

  /** The heap has freed it, and its references with it. */
  freed(entry: Entry): void {
    this.#hidden.delete(entry)
  }

  #membersOf(unreachable: Unreachable): ReadonlyMap<Handle, Entry> {
    const open = this.#openTo(unreachable)
    const members = new Map<Handle, Entry>()
    for (const entry of this.#hidden.keys()) {
      if (unreachable.has(entry.handle) && !open.has(entry.handle)) members.set(entry.handle, entry)
    }
    return members
  }

  /**
   * What code may get at all the same, by way of what was touched since the probe; and what stands for an import leads to, as an import
   * cannot have references in the heap.
   */
  #openTo(unreachable: Unreachable): ReadonlySet<Handle> {
    const { objects } = this.#driver
    const open = new Set<Handle>()
    const stack: Handle[] = []
    for (const [handle, targets] of unreachable) {
      const entry = objects.resolves(handle) ? (objects.valueOf(handle) as Entry) : undefined
      if (entry === undefined || !this.#hidden.has(entry)) stack.push(handle)
      else if (entry.kind === 'remote') for (const target of targets) stack.push(target)
    }
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (open.has(next)) continue
      open.add(next)
      for (const target of unreachable.get(next) ?? []) stack.push(target)
    }
    return open
  }
}
