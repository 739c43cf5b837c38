/**
 * Leads a collector and a heap through what was recorded. A machine that decides without clock and chance is, with the same operations, the
 * same machine (Schneider 1990, "Implementing Fault-Tolerant Services Using the State Machine Approach"). What it asks for on the way
 * was done by the process that recorded it.
 */
import { ByteReader, type ImportId, type Instant, malformed, type ObjectKey } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { StoreError } from '@holdfast/store'
import { checksOf } from './checks.js'
import type { DurableHeap } from './durable-heap.js'
import { OP, readNumber } from './entry-format.js'
import { readEvent, readIntegers, type WrittenEvent } from './event-codec.js'
import type { RecordedCollector } from './recorded-collector.js'

type Trace = ReturnType<DurableHeap['trace']>

const MAX_NAME_BYTES = 1 << 16

export class Replay {
  readonly #collector: RecordedCollector
  readonly #heap: DurableHeap
  #reader = new ByteReader(new Uint8Array(0))
  /** The last trace of the heap, for the report that follows it. */
  #trace: Trace | null = null

  constructor(collector: RecordedCollector, heap: DurableHeap) {
    this.#collector = collector
    this.#heap = heap
  }

  /** The answer that the collector got to this question. Only while it is led through an entry. */
  answer(): boolean {
    const op = this.#reader.byte()
    if (op !== OP.yes && op !== OP.no) throw malformed('an answer is missing', { op })
    return op === OP.yes
  }

  /** One entry. O(what happened). @throws StoreError `store-corrupt` where it leads elsewhere than it did */
  entry(bytes: Uint8Array): void {
    this.#reader = new ByteReader(bytes)
    try {
      while (this.#reader.remaining > 0) this.#operation(this.#reader.byte())
    } catch (error) {
      if (error instanceof StoreError) throw error
      throw new StoreError(
        'store-corrupt',
        'the entries cannot be followed: they are damaged, or another version wrote them; start that one once and stop it, or delete the store',
        { cause: error },
      )
    }
  }

  #operation(op: number): void {
    const event = readEvent(op, this.#reader)
    if (event !== null) this.#event(event)
    else if (op === OP.check) this.#check()
    else if (op >= OP.reclaim && op <= OP.trace) this.#collection(op)
    else this.#change(op)
  }

  #event(event: WrittenEvent): void {
    const now = readNumber(this.#reader) as Instant
    if (event.type !== 'report') {
      this.#collector.step(event, now)
      return
    }
    if (this.#trace === null) throw malformed('a report without a trace')
    this.#collector.step({ ...event, ticket: this.#collector.beginReport(), trace: this.#trace }, now)
  }

  #check(): void {
    for (const sum of checksOf(this.#collector, this.#heap)) {
      const recorded = this.#reader.integer()
      if (recorded !== sum) throw malformed('the entries lead elsewhere', { recorded, sum })
    }
  }

  #collection(op: number): void {
    const { exports: exported, pinned: pinnedImports } = this.#collector
    switch (op) {
      case OP.reclaim:
        this.#heap.reclaim(readIntegers(this.#reader) as ObjectKey[], this.#collector)
        break
      case OP.beginCollection:
        this.#heap.beginCollection()
        break
      case OP.stepCollection:
        this.#heap.stepCollection(this.#reader.integer())
        break
      case OP.finishCollection:
        this.#heap.finishCollection({ exported, pinnedImports })
        break
      case OP.trace:
        this.#trace = this.#heap.trace(pinnedImports)
        break
    }
  }

  #change(op: number): void {
    const heap = this.#heap
    const reader = this.#reader
    const handle = (): Handle => reader.integer() as Handle
    switch (op) {
      case OP.create:
        heap.create()
        break
      case OP.createWith:
        heap.create(reader.bytes().slice())
        break
      case OP.importHandle:
        heap.importHandle(reader.integer() as ImportId)
        break
      case OP.pin:
        heap.pin(handle())
        break
      case OP.unpin:
        heap.unpin(handle())
        break
      case OP.arrive:
        heap.arrive(handle())
        break
      case OP.addReference:
        heap.addReference(handle(), handle())
        break
      case OP.removeReference:
        heap.removeReference(handle(), handle())
        break
      case OP.breakImport:
        heap.breakImport(reader.integer() as ImportId)
        break
      case OP.setBody:
        heap.setBody(handle(), reader.bytes().slice())
        break
      default:
        this.#rootChange(op)
    }
  }

  #rootChange(op: number): void {
    if (op === OP.setRoot) {
      const handle = this.#reader.integer() as Handle
      this.#heap.setRoot(this.#reader.string(MAX_NAME_BYTES), handle)
    } else if (op === OP.clearRoot) this.#heap.clearRoot(this.#reader.string(MAX_NAME_BYTES))
    else throw malformed('an unknown operation', { op })
  }
}
