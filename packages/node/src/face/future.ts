/**
 * The result of a remote call: a promise whose other properties are those of the value to come, so that a call on a result goes
 * out at once (promise pipelining).
 *
 * It is a real promise. The properties it lacks come from a proxy in its prototype chain, so a call costs no proxy of its own.
 */
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

const PENDING: FutureView<never> = { state: 'pending', value: undefined, error: undefined }

export class RemoteFuture<T> extends Promise<T> {
  /** What `then` returns is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  #origin: Origin | null = null
  #view: FutureView<T> = PENDING
  #resolve!: (value: T) => void
  #reject!: (error: unknown) => void

  /** @param origin where a request about the value goes while there is no value; null when it must wait for it */
  static pending<T>(origin: Origin | null): RemoteFuture<T> {
    let resolve!: (value: T) => void
    let reject!: (error: unknown) => void
    const future = new RemoteFuture<T>((onValue, onError) => {
      resolve = onValue
      reject = onError
    })
    future.#origin = origin
    future.#resolve = resolve
    future.#reject = reject
    return future
  }

  /** One that follows a promise. */
  static following<T>(promise: PromiseLike<T>): RemoteFuture<T> {
    const future = RemoteFuture.pending<T>(null)
    promise.then(
      (value) => settle(future, { state: 'fulfilled', value, error: undefined }),
      (error: unknown) => settle(future, failed(error)),
    )
    return future
  }

  /** For `inspect`: no property of its own, since those are the value's. */
  static viewOf<T>(future: RemoteFuture<T>): FutureView<T> {
    return future.#view
  }

  /** @internal Settles it, once. */
  static settle<T>(future: RemoteFuture<T>, view: FutureView<T>): void {
    if (future.#view.state !== 'pending') return
    future.#view = view
    future.#origin = null
    if (view.state === 'fulfilled') future.#resolve(view.value as T)
    else future.#reject(view.error)
  }

  /** @internal Where requests about its value go: to the peer while it is pending, to the value itself afterwards. */
  static originOf(future: RemoteFuture<unknown>): Origin {
    return future.#origin ?? new AwaitedOrigin(future)
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

const settle = <T>(future: RemoteFuture<T>, view: FutureView<T>): void => RemoteFuture.settle(future, view)

/** Properties that a future lacks are those of its value. */
const REMAINING = new Proxy(Object.create(Promise.prototype) as object, {
  get(target, key, receiver) {
    if (typeof key === 'symbol' || key in target || key === 'toJSON')
      return Reflect.get(target, key, receiver) as unknown
    return RemotePath.of(RemoteFuture.originOf(receiver as RemoteFuture<unknown>), [key])
  },
})
Object.setPrototypeOf(RemoteFuture.prototype, REMAINING)

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
export function failed(error: unknown): FutureView<never> {
  const state =
    error instanceof BrokenReferenceError ? 'broken' : error instanceof TimedOutError ? 'timed-out' : 'rejected'
  return { state, value: undefined, error }
}
