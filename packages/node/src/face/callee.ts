/**
 * Calls that arrive: each is carried out in the turn in which it came, in order, and answered at once or when its promise settles. A call
 * never keeps the next from being read.
 */
import { ByteWriter, type NodeId, ProtocolError, type Sequence } from '@holdfast/core'
import type { ManagedHeap } from '@holdfast/heap/managed'
import type { Handle } from '@holdfast/heap/object-heap'
import type { HeapNode } from '../heap-node.js'
import { type Answer, type AnswerReceipt, type IncomingCall, LATER, type OpenCall } from '../message.js'
import { toErrorValue } from '../values/error-value.js'
import { writePrimitive } from '../values/plain-writer.js'
import { Answers, type KeptAnswer } from './answers.js'
import { BrokenReferenceError, SessionEndedError } from './call-errors.js'
import type { Marshal } from './marshal.js'
import { PathMemo } from './path-memo.js'
import { isThenable, perform } from './perform.js'
import type { Quota } from './quota.js'
import { beginReply, decodeRequest, GET, type Request } from './request.js'

export interface CalleeContext {
  readonly node: HeapNode
  readonly managed: ManagedHeap
  readonly marshal: Marshal
  readonly quota: Quota
  /** References are about to go to a node. */
  readonly onGiven: (peer: NodeId, references: readonly Handle[]) => void
  /** What a node itself can be asked for. */
  readonly serviceFor: (peer: NodeId) => object
  /** Told of each call that arrives, for tracing. */
  readonly onCall: (peer: NodeId, request: Request) => void
}

export class Callee {
  readonly #context: CalleeContext
  readonly #answers = new Answers()
  readonly #paths = new PathMemo()
  /** Where answers are put together, one after another. */
  readonly #writer = new ByteWriter()
  /** How many calls of a peer are under way in the open session. */
  readonly #open = new Map<NodeId, { count: number }>()
  /** Tells calls under way that their caller has given them up, by peer and number. */
  readonly #controllers = new Map<NodeId, Map<number, AbortController>>()

  constructor(context: CalleeContext) {
    this.#context = context
  }

  /** How many results are kept for calls that may come. */
  get keptAnswers(): number {
    return this.#answers.size
  }

  /** A call arrived. */
  called(call: IncomingCall): Answer | typeof LATER {
    let result: unknown
    try {
      result = this.#perform(call)
    } catch (error) {
      return this.#failed(call, error)
    }
    return isThenable(result) ? this.#later(call, Promise.resolve(result)) : this.#returned(call, result)
  }

  /** The caller has given a call up. */
  cancel(peer: NodeId, call: number, reason: unknown): void {
    this.#controllers.get(peer)?.get(call)?.abort(reason)
  }

  /** A frame of a peer was processed. */
  heardFrom(peer: NodeId): void {
    this.#answers.acknowledged(peer, this.#context.node.acknowledgedBy(peer))
  }

  /** The session with a peer is over: nobody waits for its calls. */
  sessionEnded(peer: NodeId, reason: string): void {
    this.#answers.ended(peer)
    this.#open.delete(peer)
    const controllers = this.#controllers.get(peer)
    this.#controllers.delete(peer)
    for (const controller of controllers?.values() ?? []) controller.abort(new SessionEndedError(peer, reason))
  }

  #perform(call: IncomingCall): unknown {
    const { marshal, onCall, quota } = this.#context
    quota.checkCalls(call.from, this.#open.get(call.from)?.count ?? 0)
    const request = decodeRequest(call.payload, this.#paths)
    onCall(call.from, request)
    const base = this.#baseOf(call, request.answer)
    const { operation, path, valueAt: from } = request
    const { payload: bytes, references } = call
    const value =
      operation === GET ? undefined : marshal.unpack({ bytes, from, references }, () => this.#signalOf(call))
    return perform(base, { operation, path, value })
  }

  #baseOf({ from, target }: IncomingCall, answer: number): unknown {
    const { managed, serviceFor } = this.#context
    if (target !== null) return managed.representativeOf(target)
    if (answer === 0) return serviceFor(from)
    if (this.#answers.has(from, answer)) return this.#answers.get(from, answer)
    throw new ProtocolError('no-such-answer', 'a call on the result of a call that was not made, or is long answered', {
      answer,
    })
  }

  #later(call: IncomingCall, promise: Promise<unknown>): typeof LATER {
    const { node } = this.#context
    const open = this.#open.get(call.from) ?? { count: 0 }
    this.#open.set(call.from, open)
    open.count++
    if (call.call !== 0) this.#answers.keep(call.from, call.call, promise)
    const waiting = node.sessionWith(call.from) === null ? null : node.openCall(call)
    promise.then(
      (result) => this.#settled(open, waiting, () => this.#returned(call, result)),
      (error: unknown) => this.#settled(open, waiting, () => this.#failed(call, error)),
    )
    return LATER
  }

  #settled(open: { count: number }, waiting: OpenCall | null, make: () => Answer): void {
    open.count--
    // Not even packed when nobody waits: that would pin what it refers to.
    if (waiting === null || !this.#context.node.isOpen(waiting)) return
    this.#context.node.answer(waiting, make())
  }

  #returned(call: IncomingCall, result: unknown): Answer {
    const writer = this.#beginReply(false)
    if (writePrimitive(writer, result)) return this.#answered(call, result, { references: [], payload: writer.view() })
    try {
      const { node, marshal } = this.#context
      const { bytes, references } = marshal.pack(result, 'result')
      if (references.some((handle) => node.heap.isBroken(handle))) throw new BrokenReferenceError()
      this.#context.quota.checkGrant(call.from, references.length)
      this.#context.onGiven(call.from, references)
      return this.#answered(call, result, { references, payload: this.#reply(false, bytes) })
    } catch (error) {
      return this.#failed(call, error)
    }
  }

  #failed(call: IncomingCall, error: unknown): Answer {
    // A call on the result fails the same way.
    const result = Promise.reject(error instanceof Error ? error : new Error(String(error)))
    result.catch(() => {})
    let value: Uint8Array
    try {
      value = this.#context.marshal.pack(toErrorValue(error), 'error').bytes
    } catch {
      value = this.#context.marshal.pack(toErrorValue(new Error(String(error))), 'error').bytes
    }
    return this.#answered(call, result, { references: [], payload: this.#reply(true, value) })
  }

  #beginReply(isError: boolean): ByteWriter {
    this.#writer.clear()
    beginReply(this.#writer, isError)
    return this.#writer
  }

  #reply(isError: boolean, value: Uint8Array): Uint8Array {
    const writer = this.#beginReply(isError)
    writer.raw(value)
    return writer.view()
  }

  #answered({ from, call }: IncomingCall, result: unknown, answer: Answer): Answer {
    this.#controllers.get(from)?.delete(call)
    if (call === 0) return answer
    const { references, payload } = answer
    return { references, payload, receipt: new Receipt(this.#answers, from, { call, result }) }
  }

  #signalOf({ from, call }: IncomingCall): AbortSignal {
    const controllers = this.#controllers.get(from) ?? new Map<number, AbortController>()
    this.#controllers.set(from, controllers)
    const controller = controllers.get(call) ?? new AbortController()
    controllers.set(call, controller)
    return controller.signal
  }
}

/** Keeps a result from when its answer is made until the caller has it. */
class Receipt implements AnswerReceipt {
  readonly #answers: Answers
  readonly #peer: NodeId
  readonly #answer: KeptAnswer

  constructor(answers: Answers, peer: NodeId, answer: KeptAnswer) {
    this.#answers = answers
    this.#peer = peer
    this.#answer = answer
  }

  sent(sequence: Sequence): void {
    this.#answers.sent(this.#peer, sequence, this.#answer)
  }

  waits(): void {
    this.#answers.keep(this.#peer, this.#answer.call, this.#answer.result)
  }
}
