/**
 * Calls on their way out: each becomes a message at once and a future for its answer. A request about a future's value goes out behind
 * the call that it waits for, and costs no round trip of its own.
 */
import { ByteWriter, type NodeId, UsageError } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import type { CallFailure } from '../call-failure.js'
import type { HeapNode } from '../heap-node.js'
import type { IncomingAnswer, OutgoingCall } from '../message.js'
import type { OnAnswer, PendingCall } from '../pending-calls.js'
import { fromErrorValue } from '../values/error-value.js'
import { writePrimitive, writePrimitives } from '../values/plain-writer.js'
import { BrokenReferenceError, CALL_ERRORS, errorOf, NodeClosedError, TimedOutError } from './call-errors.js'
import { type Pipeline, RemoteFuture } from './future.js'
import { ARGUMENTS, type Marshal, type Packed } from './marshal.js'
import type { Origin } from './origin.js'
import { type Deed, perform } from './perform.js'
import type { Quota } from './quota.js'
import { beginRequest, CALL, GET, isErrorReply, REPLY_VALUE_AT, SET } from './request.js'

/** How a call is to be made. */
export interface CallOptions {
  /** How long to wait for the answer, in ms; for as long as the session lasts when left out. */
  readonly timeoutMs?: number
  /** Gives the call up: the future rejects at once, and the other node is told. */
  readonly signal?: AbortSignal
}

/** Where a request goes: to an import, a node's own service, or the result of an earlier call. */
export type Destination =
  | { readonly target: Handle }
  | { readonly node: NodeId }
  | { readonly node: NodeId; readonly answer: number; readonly future: RemoteFuture<unknown> }

export interface CallerContext {
  readonly node: HeapNode
  readonly marshal: Marshal
  readonly quota: Quota
  /** References are about to go to a node. */
  readonly onGiven: (peer: NodeId, references: readonly Handle[]) => void
}

const NO_OPTIONS: CallOptions = {}

/** What goes along with a request whose value is plain, or that has none. */
const NOTHING: Omit<Packed, 'bytes'> = { references: [], signals: [] }

export class Caller implements Pipeline {
  readonly #context: CallerContext
  /** Where requests are put together, one after another. */
  readonly #writer = new ByteWriter()
  /** One for all calls: each brings its future. */
  readonly #onAnswer: OnAnswer = (answer, failure, call) => this.#settle(answer, failure, call)

  constructor(context: CallerContext) {
    this.#context = context
  }

  /** Makes a request. What is wrong with it, the future rejects with. */
  request(destination: Destination, deed: Deed, options: CallOptions = NO_OPTIONS): RemoteFuture<unknown> {
    const { node, onGiven, quota } = this.#context
    const future = RemoteFuture.pending<unknown>()
    try {
      const { references, signals: found } = this.#pack(destination, deed)
      const signals = options.signal === undefined ? found : [...found, options.signal]
      for (const signal of signals) signal.throwIfAborted()
      const peer = 'node' in destination ? destination.node : ownerOf(node, destination.target)
      quota.checkGrant(peer, references.length)
      quota.checkCalls(peer, node.pendingCalls)
      if (references.length > 0) onGiven(peer, references)
      const to = 'target' in destination ? destination : { node: peer }
      const payload = this.#writer.view()
      const call =
        'answer' in destination
          ? this.#callOnAnswer({ to, references, payload, subject: future }, { destination, deed })
          : node.call({ to, references, payload, subject: future }, this.#onAnswer)
      RemoteFuture.sent(future, { pipeline: this, peer, call })
      const { timeoutMs } = options
      if (timeoutMs !== undefined || signals.length > 0) this.#bound(future, { peer, call, signals, timeoutMs })
    } catch (error) {
      if (error === SETTLED && 'answer' in destination) this.#follow(future, destination.future, deed)
      else RemoteFuture.fail(future, callErrorOf(error))
    }
    return future
  }

  originOf(future: RemoteFuture<unknown>, node: NodeId, answer: number): Origin {
    return new AnswerOrigin(this, { node, answer, future })
  }

  /** Tells another node that nobody waits for the answer to a call any more. */
  cancel(peer: NodeId, call: number, reason: unknown): void {
    const { node } = this.#context
    if (node.sessionWith(peer) === null) return
    this.#pack({ node: peer }, { operation: CALL, path: ['cancel'], value: [call, String(reason)] })
    node.call({ to: { node: peer }, payload: this.#writer.view() })
  }

  /** Writes a whole request. @returns what goes along with it */
  #pack(destination: Destination, deed: Deed): Omit<Packed, 'bytes'> {
    const { operation, value } = deed
    const writer = this.#begin(destination, deed)
    if (operation === GET) return NOTHING
    const isList = operation !== SET
    // Most calls carry nothing else. None of the program's code runs, so nobody else writes here meanwhile.
    if (isList ? writePrimitives(writer, value as unknown[]) : writePrimitive(writer, value)) return NOTHING
    const packed = this.#context.marshal.pack(value, isList ? ARGUMENTS : 'value')
    this.#begin(destination, deed).raw(packed.bytes)
    return packed
  }

  #begin(destination: Destination, { operation, path }: Deed): ByteWriter {
    this.#writer.clear()
    beginRequest(this.#writer, operation, { answer: 'answer' in destination ? destination.answer : 0, path })
    return this.#writer
  }

  // The closures of this class are made in methods of their own, so that none keeps the arguments of a call alive.

  #callOnAnswer(outgoing: OutgoingCall, { destination, deed }: OnAnswerOf): number {
    const objection = objectionOf(destination.future)
    return this.#context.node.call({ ...outgoing, objection }, (answer, failure, call) => {
      if (failure?.error === SETTLED) this.#follow(futureOf(call), destination.future, deed)
      else this.#settle(answer, failure, call)
    })
  }

  /** The value that a request is about came before the request could go: it is carried out on the value. */
  #follow(future: RemoteFuture<unknown>, base: RemoteFuture<unknown>, deed: Deed): void {
    base
      .then((value) => perform(value, deed))
      .then(
        (value) => RemoteFuture.fulfil(future, value),
        (error: unknown) => RemoteFuture.fail(future, error),
      )
  }

  #settle(answer: IncomingAnswer | null, failure: CallFailure | null, call: PendingCall): void {
    const future = futureOf(call)
    if (failure !== null) {
      RemoteFuture.fail(future, errorOf(failure))
      return
    }
    try {
      RemoteFuture.fulfil(future, this.#valueOf(answer, call.node))
    } catch (error) {
      RemoteFuture.fail(future, error)
    }
  }

  /** @throws what the call has thrown over there */
  #valueOf(answer: IncomingAnswer | null, peer: NodeId): unknown {
    // An empty one: the other node had nothing to say.
    if (answer === null || answer.payload.length === 0) throw new BrokenReferenceError()
    const { payload: bytes, references } = answer
    const value = this.#context.marshal.unpack({ bytes, from: REPLY_VALUE_AT, references }, neverGivenUp)
    if (isErrorReply(bytes)) throw fromErrorValue(value, `node ${peer}`, CALL_ERRORS)
    return value
  }

  #bound(future: RemoteFuture<unknown>, { peer, call, signals, timeoutMs }: Bounds): void {
    const giveUp = (error: unknown): void => {
      if (!RemoteFuture.isPending(future)) return
      RemoteFuture.fail(future, error)
      this.cancel(peer, call, error)
    }
    const over = new AbortController()
    if (timeoutMs !== undefined) {
      const timer = setTimeout(() => giveUp(new TimedOutError(timeoutMs)), timeoutMs)
      over.signal.addEventListener('abort', () => clearTimeout(timer))
    }
    for (const signal of signals) {
      signal.addEventListener('abort', () => giveUp(signal.reason), { once: true, signal: over.signal })
    }
    const end = (): void => over.abort()
    future.then(end, end)
  }
}

type AnswerDestination = Extract<Destination, { answer: number }>

/** What a call on the result of another is about. */
interface OnAnswerOf {
  readonly destination: AnswerDestination
  readonly deed: Deed
}

const futureOf = (call: PendingCall): RemoteFuture<unknown> => call.subject as RemoteFuture<unknown>

/** How long a call may take, and who may give it up. */
interface Bounds {
  readonly peer: NodeId
  readonly call: number
  readonly signals: readonly AbortSignal[]
  readonly timeoutMs: number | undefined
}

/** Requests about the value of a call that is under way. */
class AnswerOrigin implements Origin {
  readonly isAssignable = false
  readonly #caller: Caller
  readonly #destination: AnswerDestination

  constructor(caller: Caller, destination: AnswerDestination) {
    this.#caller = caller
    this.#destination = destination
  }

  request(...[operation, path, value]: Parameters<Origin['request']>): RemoteFuture<unknown> {
    // Whoever asks about the value hears of its failure by that.
    this.#destination.future.then(undefined, () => {})
    return this.#caller.request(this.#destination, { operation, path, value })
  }
}

/** Takes a request back whose future has settled while it waited: the other node may have forgotten the result. */
const SETTLED = new UsageError('settled', 'the result is there')

function objectionOf(future: RemoteFuture<unknown>): () => Error | null {
  return () => (RemoteFuture.isPending(future) ? null : SETTLED)
}

/** @throws BrokenReferenceError */
function ownerOf(node: HeapNode, target: Handle): NodeId {
  if (!node.heap.resolves(target) || node.heap.isBroken(target)) throw new BrokenReferenceError()
  return node.ownerOf(target).node
}

/** What the node refuses, in the words of calls. */
function callErrorOf(error: unknown): unknown {
  if (!(error instanceof UsageError)) return error
  if (error.code === 'closed') return new NodeClosedError()
  return error.code === 'broken-reference' ? new BrokenReferenceError() : error
}

/** Results carry no signals of ours. */
function neverGivenUp(): AbortSignal {
  return new AbortController().signal
}
