/**
 * Calls on their way out: each becomes a message at once and a future for its answer. A request about a future's value goes out behind
 * the call that it waits for, and costs no round trip of its own.
 */
import { type NodeId, UsageError } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import type { CallFailure } from '../call-failure.js'
import type { HeapNode } from '../heap-node.js'
import type { IncomingAnswer } from '../message.js'
import { fromErrorValue } from '../values/error-value.js'
import { BrokenReferenceError, CALL_ERRORS, errorOf, NodeClosedError, TimedOutError } from './call-errors.js'
import { failed, RemoteFuture } from './future.js'
import { ARGUMENTS, type Marshal, type Packed } from './marshal.js'
import type { Origin } from './origin.js'
import { type Deed, perform } from './perform.js'
import type { Quota } from './quota.js'
import { CALL, decodeReply, encodeRequest, GET, SET } from './request.js'

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

const EMPTY: Packed = { bytes: new Uint8Array(0), references: [], signals: [] }

export class Caller {
  readonly #context: CallerContext

  constructor(context: CallerContext) {
    this.#context = context
  }

  /** Makes a request. What is wrong with it, the future rejects with. */
  request(destination: Destination, deed: Deed, options: CallOptions = {}): RemoteFuture<unknown> {
    const { node, onGiven, quota } = this.#context
    const origin = new AnswerOrigin(this)
    const future = RemoteFuture.pending<unknown>(origin)
    try {
      const packed = this.#pack(deed)
      const signals = options.signal === undefined ? packed.signals : [...packed.signals, options.signal]
      for (const signal of signals) signal.throwIfAborted()
      const peer = 'node' in destination ? destination.node : ownerOf(node, destination.target)
      quota.checkGrant(peer, packed.references.length)
      quota.checkCalls(peer, node.pendingCalls)
      onGiven(peer, packed.references)
      const call = node.call(
        {
          to: 'target' in destination ? destination : { node: peer },
          references: packed.references,
          payload: encode(destination, deed, packed.bytes),
          ...('answer' in destination ? { objection: objectionOf(destination.future) } : {}),
        },
        this.#answered({ future, peer }, destination, deed),
      )
      origin.sent(future, peer, call)
      this.#bound(future, { peer, call, signals, timeoutMs: options.timeoutMs })
    } catch (error) {
      RemoteFuture.settle(future, failed(callErrorOf(error)))
    }
    return future
  }

  /** Tells another node that nobody waits for the answer to a call any more. */
  cancel(peer: NodeId, call: number, reason: unknown): void {
    const { node, marshal } = this.#context
    if (node.sessionWith(peer) === null) return
    const { bytes } = marshal.pack([call, String(reason)], 'reason')
    node.call({
      to: { node: peer },
      payload: encodeRequest({ operation: CALL, answer: 0, path: ['cancel'], value: bytes }),
    })
  }

  #pack({ operation, value }: Deed): Packed {
    if (operation === GET) return EMPTY
    return this.#context.marshal.pack(value, operation === SET ? 'value' : ARGUMENTS)
  }

  // The closures of this class are made in methods of their own, so that none keeps the arguments of a call alive.

  #answered(
    waiting: Waiting,
    destination: Destination,
    deed: Deed,
  ): (answer: IncomingAnswer | null, failure: CallFailure | null) => void {
    return 'answer' in destination
      ? (answer, failure) => {
          if (failure?.error === SETTLED) this.#follow(waiting.future, destination.future, deed)
          else this.#settle(waiting, answer, failure)
        }
      : this.#settling(waiting)
  }

  #settling(waiting: Waiting): (answer: IncomingAnswer | null, failure: CallFailure | null) => void {
    return (answer, failure) => this.#settle(waiting, answer, failure)
  }

  /** The value that a request is about came before the request could go: it is carried out on the value. */
  #follow(future: RemoteFuture<unknown>, base: RemoteFuture<unknown>, deed: Deed): void {
    base
      .then((value) => perform(value, deed))
      .then(
        (value) => RemoteFuture.settle(future, { state: 'fulfilled', value, error: undefined }),
        (error: unknown) => RemoteFuture.settle(future, failed(error)),
      )
  }

  #settle({ future, peer }: Waiting, answer: IncomingAnswer | null, failure: CallFailure | null): void {
    if (failure !== null) {
      RemoteFuture.settle(future, failed(errorOf(failure)))
      return
    }
    try {
      const value = this.#valueOf(answer, peer)
      RemoteFuture.settle(future, { state: 'fulfilled', value, error: undefined })
    } catch (error) {
      RemoteFuture.settle(future, failed(error))
    }
  }

  /** @throws what the call has thrown over there */
  #valueOf(answer: IncomingAnswer | null, peer: NodeId): unknown {
    const reply = answer === null ? null : decodeReply(answer.payload)
    if (answer === null || reply === null) throw new BrokenReferenceError()
    const value = this.#context.marshal.unpack(reply.value, answer.references, neverGivenUp)
    if (reply.isError) throw fromErrorValue(value, `node ${peer}`, CALL_ERRORS)
    return value
  }

  #bound(future: RemoteFuture<unknown>, { peer, call, signals, timeoutMs }: Bounds): void {
    if (timeoutMs === undefined && signals.length === 0) return
    const giveUp = (error: unknown): void => {
      if (RemoteFuture.viewOf(future).state !== 'pending') return
      RemoteFuture.settle(future, failed(error))
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

/** A call that waits for its answer. */
interface Waiting {
  readonly future: RemoteFuture<unknown>
  readonly peer: NodeId
}

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
  #destination: Extract<Destination, { answer: number }> | null = null

  constructor(caller: Caller) {
    this.#caller = caller
  }

  sent(future: RemoteFuture<unknown>, node: NodeId, answer: number): void {
    this.#destination = { node, answer, future }
  }

  request(...[operation, path, value]: Parameters<Origin['request']>): RemoteFuture<unknown> {
    if (this.#destination === null) throw new UsageError('not-sent', 'the call that this is about was not sent')
    // Whoever asks about the value hears of its failure by that.
    this.#destination.future.then(undefined, () => {})
    return this.#caller.request(this.#destination, { operation, path, value })
  }
}

function encode(destination: Destination, { operation, path }: Deed, value: Uint8Array): Uint8Array {
  return encodeRequest({ operation, answer: 'answer' in destination ? destination.answer : 0, path, value })
}

/** Takes a request back whose future has settled while it waited: the other node may have forgotten the result. */
const SETTLED = new UsageError('settled', 'the result is there')

function objectionOf(future: RemoteFuture<unknown>): () => Error | null {
  return () => (RemoteFuture.viewOf(future).state === 'pending' ? null : SETTLED)
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
