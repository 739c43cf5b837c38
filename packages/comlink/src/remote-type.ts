/** How what was exposed looks to who has wrapped it. */
import type { Future, Remote } from '@holdfast/node'
import type { Port } from './handshake.js'
import type { createEndpoint, releaseProxy } from './symbols.js'

/** What `wrap` returns: a remote object, or a class that can be constructed. */
export type Wrapped<T> = Remote<T> & Constructs<T> & ProxyMethods

export interface ProxyMethods {
  /** A port at which the same object can be wrapped, to be transferred to wherever it is wanted. */
  [createEndpoint](): Promise<Port>
  /** Lets go of it now. */
  [releaseProxy](): void
}

type Constructs<T> = T extends new (
  ...args: infer Args
) => infer Instance
  ? { new (...args: Args): Future<Remote<Instance>> }
  : unknown
