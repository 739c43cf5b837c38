/** What can be done with a future besides awaiting it. Functions, since all its properties are those of the value to come. */
import type { Future } from '../remote-type.js'
import { TimedOutError } from './call-errors.js'
import { type FutureView, RemoteFuture } from './future.js'
import { RemotePath } from './remote-path.js'

/** What is known of a future, or of a promise that `within` has bounded. @throws TypeError for anything else */
export function inspect<T>(future: Promise<T>): FutureView<T> {
  if (RemotePath.isPath(future)) throw new TypeError('a field is fetched when it is awaited: there is no future before')
  if (!(future instanceof RemoteFuture)) throw new TypeError('only the future of a remote call can be looked at')
  return RemoteFuture.viewOf(future as RemoteFuture<T>)
}

/** A future of what a promise brings, so that calls can be made on it before it is there. */
export function futureOf<T>(promise: PromiseLike<T>): Future<T> {
  return RemoteFuture.following(promise) as unknown as Future<T>
}

/**
 * The same result, unless it takes longer: then it rejects with `TimedOutError`, and the call goes on.
 * @param ms how long to wait, from now on
 */
export function within<T>(future: PromiseLike<T>, ms: number): Promise<T> {
  const bounded = RemoteFuture.pending<T>()
  const timer = setTimeout(() => RemoteFuture.fail(bounded, new TimedOutError(ms)), ms)
  future.then(
    (value) => {
      clearTimeout(timer)
      RemoteFuture.fulfil(bounded, value)
    },
    (error: unknown) => {
      clearTimeout(timer)
      RemoteFuture.fail(bounded, error)
    },
  )
  return bounded
}
