/** One node of a world for scale: the real collector and the real heap, and what its steps cost in this process. */
import { Collector, type CollectorOptions } from '@holdfast/collector'
import { type Incarnation, type NodeId, nodeId } from '@holdfast/core'
import { ObjectHeap } from '@holdfast/heap/object-heap'

export class ScaleNode {
  /** Its place in the world; the coordinator's comes after all members. */
  readonly place: number
  readonly id: NodeId
  readonly collector: Collector
  readonly heap = new ObjectHeap()
  /** Processor time of its turns so far, the driver's part and V8's helpers included, in ms. */
  busyMs = 0
  /** The longest of them. */
  longestTurnMs = 0
  /** The heap's count of losses when nothing in it was garbage; -1 once another node let go of something. */
  #cleanAt = -1

  constructor(place: number, name: string, options: Omit<CollectorOptions, 'node' | 'incarnation'>) {
    this.place = place
    this.id = nodeId(name)
    this.collector = new Collector({ ...options, node: this.id, incarnation: 1 as Incarnation })
  }

  /** Whether a local collection could find anything. */
  get mayHaveGarbage(): boolean {
    return this.#cleanAt !== this.heap.losses
  }

  /** Nothing in the heap is garbage now, or: something may be. */
  noteClean(isClean: boolean): void {
    this.#cleanAt = isClean ? this.heap.losses : -1
  }

  /** A turn took so much processor time. */
  noteTurn(ms: number): void {
    this.busyMs += ms
    this.longestTurnMs = Math.max(this.longestTurnMs, ms)
  }
}
