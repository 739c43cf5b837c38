/**
 * A node's calls and their answers, both ways. What goes out is pinned in the heap until it is sent, what came in until the program's
 * code has returned. Whoever wants an answer gets one, or null: no call hangs for ever.
 */
import type { ArrivedReference, Collector, CollectorEffect } from '@holdfast/collector'
import { type NodeId, UsageError } from '@holdfast/core'
import type { Handle, ObjectHeap } from '@holdfast/heap/object-heap'
import { importOf, referenceOf } from './local-reference.js'
import type { Answer, ArrivedHandle, IncomingCall, OutgoingCall } from './message.js'
import { type OnAnswer, PendingCalls } from './pending-calls.js'
import { pinAll } from './pin-all.js'
import type { OnSession } from './session-waiters.js'
import type { Turns } from './turns.js'

/** What the calls need of their node. */
export interface CallsContext {
  readonly heap: ObjectHeap
  readonly collector: Collector
  readonly turns: Turns
  readonly whenConnected: (node: NodeId, action: OnSession) => void
  readonly onCall: ((call: IncomingCall) => Answer | undefined) | undefined
}

type Effect<Type extends CollectorEffect['type']> = Extract<CollectorEffect, { type: Type }>

export class Calls {
  readonly #context: CallsContext
  readonly #pending = new PendingCalls()

  constructor(context: CallsContext) {
    this.#context = context
  }

  /** How many were sent and wait for an answer. */
  get size(): number {
    return this.#pending.size
  }

  /** Sends a call, now or when there is a session. @throws as `HeapNode.call` */
  call(call: OutgoingCall, onAnswer: OnAnswer | undefined): void {
    const { heap, collector, turns, whenConnected } = this.#context
    if (turns.isOver) throw new UsageError('closed', 'a closed node makes no calls')
    const node = 'node' in call.to ? call.to.node : collector.ownerOf(importOf(heap, call.to.target)).node
    const unpin = pinAll(heap, [...(call.references ?? []), ...('target' in call.to ? [call.to.target] : [])])
    if (!collector.isConnected(node)) {
      whenConnected(node, (isOpen) => this.#sendLate(call, { node, onAnswer, isOpen, unpin }))
      return
    }
    try {
      this.#send(call, node, onAnswer)
    } finally {
      unpin()
    }
  }

  /** A call arrived: the program's handler runs, and its answer goes back. */
  called({ from, call, target, references, payload }: Effect<'called'>): void {
    const { heap, turns, onCall } = this.#context
    if (target !== null) heap.arrive(target)
    this.#holding(references, (handles) => {
      const isAnswered = turns.attempt(() => {
        this.#answer(from, call, onCall?.({ from, target, references: handles, payload }))
      })
      if (!isAnswered) this.#answer(from, call, undefined)
    })
    if (target !== null) heap.unpin(target)
  }

  /** An answer arrived. */
  returned({ call, references, payload }: Effect<'returned'>): void {
    this.#holding(references, (handles) => {
      this.#context.turns.attempt(() => this.#pending.take(call)?.({ references: handles, payload }))
    })
  }

  /** What came with a rejected call was granted all the same: seen by the heap, it is dropped by the next collection. */
  rejected({ references }: Effect<'rejected'>): void {
    this.#holding(references, () => {})
  }

  /** No answers will come from a node any more. */
  sessionEnded(peer: NodeId): void {
    for (const onAnswer of this.#pending.takeAll(peer)) this.#context.turns.attempt(() => onAnswer(null))
  }

  /** No answers will come at all. */
  end(): void {
    for (const onAnswer of this.#pending.takeAll()) onAnswer(null)
  }

  #send(call: OutgoingCall, node: NodeId, onAnswer: OnAnswer | undefined): void {
    const { heap, turns } = this.#context
    const to = 'node' in call.to ? call.to : { import: importOf(heap, call.to.target) }
    const references = (call.references ?? []).map((handle) => referenceOf(heap, handle))
    const number = onAnswer === undefined ? 0 : this.#pending.add(node, onAnswer)
    try {
      turns.step({ type: 'call', to, call: number, references, payload: call.payload ?? NOTHING })
    } catch (error) {
      this.#pending.take(number)
      throw error
    }
  }

  /** A call that has waited has nobody to throw at: whoever wants an answer gets null. */
  #sendLate(call: OutgoingCall, { node, onAnswer, isOpen, unpin }: LateCall): void {
    try {
      if (isOpen) this.#send(call, node, onAnswer)
      else onAnswer?.(null)
    } catch (error) {
      if (onAnswer === undefined || !isOpen) throw error
      onAnswer(null)
    } finally {
      unpin()
    }
  }

  #answer(to: NodeId, call: number, answer: Answer | undefined): void {
    const { heap, collector, turns } = this.#context
    // A call may have come in a frame that went on to end its session: nobody waits for the answer.
    if (call === 0 || !collector.isConnected(to)) return
    const handles = answer?.references ?? []
    const unpin = pinAll(heap, handles)
    try {
      const references = handles.map((handle) => referenceOf(heap, handle))
      turns.step({ type: 'return', to, call, references, payload: answer?.payload ?? NOTHING })
    } finally {
      unpin()
    }
  }

  /** Gives the handles of arrived references to `use`, pinned until it returns. */
  #holding(references: readonly ArrivedReference[], use: (handles: readonly ArrivedHandle[]) => void): void {
    const { heap } = this.#context
    const handles = references.map((reference) => this.#arrive(reference))
    try {
      use(handles)
    } finally {
      for (const handle of handles) if (handle !== null) heap.unpin(handle)
    }
  }

  #arrive(reference: ArrivedReference): Handle | null {
    const { heap } = this.#context
    if ('broken' in reference) return null
    return 'object' in reference ? heap.arrive(reference.object) : heap.importHandle(reference.import)
  }
}

/** A call that waited for a session. */
interface LateCall {
  readonly node: NodeId
  readonly onAnswer: OnAnswer | undefined
  readonly isOpen: boolean
  readonly unpin: () => void
}

const NOTHING = new Uint8Array(0)
