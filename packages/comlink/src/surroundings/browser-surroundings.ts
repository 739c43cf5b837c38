/** What `node-surroundings.ts` is in Node, for browsers. */
import type { Endpoint } from '../endpoint.js'

/** In a worker, the worker itself; a window has nobody in particular to talk to. */
export function ownEndpoint(): Endpoint | null {
  return 'document' in globalThis ? null : (globalThis as unknown as Endpoint)
}
