/**
 * The result of a remote call: a promise whose other properties are those of the value to come, so that a call on a result goes
 * out at once (promise pipelining).
 *
 * It is a real promise. The properties it lacks come from a proxy in its prototype chain, so a call costs no proxy of its own.
 */
import type { NodeId } from '@holdfast/core'
import { BrokenReferenceError, TimedOutError } from './call-errors.js'
import type { Origin } from './origin.js'
import { perform } from './perform.js'
import { RemotePath } from './remote-path.js'

/** What is known of a future. */
export interface FutureView<T> {
  readonly state: 'pending' | 'fulfilled' | 'rejected' | 'timed-out' | 'broken'
  /** Of a fulfilled one. */
  readonly value: T | undefined
  /** Of one that failed. */
  readonly error: unknown
}

/** Makes requests about the value of a call that is under way. */
export interface Pipeline {
  originOf(future: RemoteFuture<unknown>, peer: NodeId, call: number): Origin
}

/** What the constructor of the promise that is being made has given its executor: one function for all of them, and no closure each. */
let resolveNext: ((value: never) => void) | null = null
let rejectNext: ((error: unknown) => void) | null = null
function takeFunctions(resolve: (value: never) => void, reject: (error: unknown) => void): void {
  resolveNext = resolve
  rejectNext = reject
}

export class RemoteFuture<T> extends Promise<T> {
  #state: FutureView<T>['state'] = 'pending'
  #value: T | undefined = undefined
  #error: unknown = undefined
  /** Of a call that is under way: how, and to whom, requests about its value go. */
  #pipeline: Pipeline | null = null
  #peer: NodeId | null = null
  #call = 0
  #resolve!: (value: T) => void
  #reject!: (error: unknown) => void

  /** One that requests about its value must wait for, unless it is `sent`. */
  static pending<T>(): RemoteFuture<T> {
    const future = new RemoteFuture<T>(takeFunctions)
    future.#resolve = resolveNext as (value: T) => void
    future.#reject = rejectNext as (error: unknown) => void
    // They would keep the last future, and what it came to.
    resolveNext = null
    rejectNext = null
    return future
  }

  /** @internal The call that it is the future of is on its way: requests about its value go behind it. */
  static sent(future: RemoteFuture<unknown>, { pipeline, peer, call }: SentCall): void {
    if (future.#state !== 'pending') return
    future.#pipeline = pipeline
    future.#peer = peer
    future.#call = call
  }

  /** One that follows a promise. */
  static following<T>(promise: PromiseLike<T>): RemoteFuture<T> {
    const future = RemoteFuture.pending<T>()
    promise.then(
      (value) => RemoteFuture.fulfil(future, value),
      (error: unknown) => RemoteFuture.fail(future, error),
    )
    return future
  }

  /** For `inspect`: no property of its own, since those are the value's. */
  static viewOf<T>(future: RemoteFuture<T>): FutureView<T> {
    return { state: future.#state, value: future.#value, error: future.#error }
  }

  static isPending(future: RemoteFuture<unknown>): boolean {
    return future.#state === 'pending'
  }

  /** @internal Settles it, unless it is. */
  static fulfil<T>(future: RemoteFuture<T>, value: T): void {
    if (future.#state !== 'pending') return
    future.#state = 'fulfilled'
    future.#value = value
    future.#pipeline = null
    future.#resolve(value)
  }

  /** @internal Settles it, unless it is. */
  static fail<T>(future: RemoteFuture<T>, error: unknown): void {
    if (future.#state !== 'pending') return
    future.#state = stateOf(error)
    future.#error = error
    future.#pipeline = null
    future.#reject(error)
  }

  /** @internal Where requests about its value go: to the peer while it is pending, to the value itself afterwards. */
  static originOf(future: RemoteFuture<unknown>): Origin {
    const pipeline = future.#pipeline
    const peer = future.#peer
    return pipeline === null || peer === null
      ? new AwaitedOrigin(future)
      : pipeline.originOf(future, peer, future.#call)
  }

  [Symbol.dispose](): void {
    this.then(disposeOf, () => {})
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.then(disposeOf, () => {})
  }

  async *[Symbol.asyncIterator](): AsyncIterator<unknown> {
    yield* (await this) as AsyncIterable<unknown>
  }
}

/** A call on its way. */
interface SentCall {
  readonly pipeline: Pipeline
  readonly peer: NodeId
  readonly call: number
}

/** Properties that a future lacks are those of its value. */
const REMAINING = new Proxy(Object.create(Promise.prototype) as object, {
  get(target, key, receiver) {
    if (typeof key === 'symbol' || key in target || key === 'toJSON')
      return Reflect.get(target, key, receiver) as unknown
    return RemotePath.of(RemoteFuture.originOf(receiver as RemoteFuture<unknown>), [key])
  },
})
Object.setPrototypeOf(RemoteFuture.prototype, REMAINING)
// `await` takes what names `Promise` as its constructor as it is, anything else goes through a promise and two more microtasks; and
// what `then` returns is an ordinary promise. The methods stand here, too, for the way to the others is through the proxy.
for (const name of ['constructor', 'then', 'catch', 'finally'] as const) {
  const property = Object.getOwnPropertyDescriptor(Promise.prototype, name)
  if (property !== undefined) Reflect.defineProperty(RemoteFuture.prototype, name, property)
}

/** Requests about a value that is there, or will be without the help of a peer. */
class AwaitedOrigin implements Origin {
  readonly isAssignable = false
  readonly #future: RemoteFuture<unknown>

  constructor(future: RemoteFuture<unknown>) {
    this.#future = future
  }

  request(operation: Parameters<Origin['request']>[0], path: readonly string[], value: unknown): RemoteFuture<unknown> {
    return RemoteFuture.following(this.#future.then((base) => perform(base, { operation, path, value })))
  }
}

function disposeOf(value: unknown): void {
  ;(value as { [Symbol.dispose]?(): void } | null | undefined)?.[Symbol.dispose]?.()
}

/** How a call that rejects with an error has ended. */
function stateOf(error: unknown): FutureView<never>['state'] {
  if (error instanceof BrokenReferenceError) return 'broken'
  return error instanceof TimedOutError ? 'timed-out' : 'rejected'
}
