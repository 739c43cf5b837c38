import type { RemoteFuture } from './future.js'
import type { Operation } from './request.js'

/** What requests can be made of: a remote object, or the result of a call to come. */
export interface Origin {
  /** Whether assigning to a property sends it. */
  readonly isAssignable: boolean
  /** @param value the arguments of a call, the value to set; unused otherwise */
  request(operation: Operation, path: readonly string[], value: unknown): RemoteFuture<unknown>
}
