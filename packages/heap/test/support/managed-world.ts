/** A node's part in the life of a managed heap, without a node: exports by hand, real macrotasks, real collections. */
import type { ImportId } from '@holdfast/core'
import {
  type AccessorMaker,
  ManagedHeap,
  type ManagedHeapOptions,
  type PinnedWarning,
} from '../../src/managed/index.js'
import { type Handle, ObjectHeap } from '../../src/object-heap/index.js'

declare const gc: () => void

export const macrotask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export class ManagedWorld {
  readonly heap = new ObjectHeap()
  readonly exported = new Set<Handle>()
  readonly dropped: ImportId[] = []
  readonly warnings: PinnedWarning[] = []
  /** In the order in which the heap said so. */
  readonly released: Handle[] = []
  /** Set to false to keep what `defer` was given from running. */
  runsDeferred = true
  readonly managed: ManagedHeap

  constructor(createRemote?: (handle: Handle) => object, accessors?: AccessorMaker) {
    const options: ManagedHeapOptions = {
      heap: this.heap,
      createRemote: createRemote ?? ((handle) => ({ remote: this.heap.importOf(handle) })),
      isExported: (handle) => this.exported.has(handle),
      onReleased: (handles) => {
        this.released.push(...handles)
        const outside = { isExported: (object: Handle) => this.exported.has(object), isPinned: () => false }
        this.dropped.push(...this.heap.reclaim(handles, outside).unreachableImports)
      },
      defer: (slice) => {
        setImmediate(() => this.runsDeferred && slice())
      },
      onPinned: (warning) => this.warnings.push(warning),
      ...(accessors === undefined ? {} : { accessors }),
    }
    this.managed = new ManagedHeap(options)
  }

  /** What stands for an import that a message has just brought. */
  receive(id: number): object {
    const handle = this.heap.importHandle(id as ImportId)
    const remote = this.managed.representativeOf(handle)
    this.heap.unpin(handle)
    return remote
  }

  /** Another node holds the object from now on. */
  export(object: object): Handle {
    const handle = this.managed.referTo(object)
    this.exported.add(handle)
    return handle
  }

  unexport(handle: Handle): void {
    this.exported.delete(handle)
    this.managed.unexported([handle])
  }

  /** A major GC, the pins of the dead, and a collection of the heap, as a node does it. @returns objects freed */
  async collect(): Promise<number> {
    await macrotask()
    gc()
    this.managed.settle()
    const { freed, unreachableImports } = this.heap.collect({ exported: this.exported, pinnedImports: [] })
    this.dropped.push(...unreachableImports)
    await macrotask()
    await macrotask()
    return freed
  }

  /** V8's part alone. */
  async gcAlone(): Promise<void> {
    await macrotask()
    gc()
    await macrotask()
    await macrotask()
  }
}
