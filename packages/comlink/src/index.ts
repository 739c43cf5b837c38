/** comlink's functions, for this thread's one `Comlink`, which is made when it is first needed. */
import { type ByReference, byReference } from '@holdfast/node'
import { Comlink } from './comlink.js'
import { TransferHandlers } from './transfer-handlers.js'

let own: Comlink | null = null

/** This thread's: what it exposes and wraps, and its node. */
export function comlink(): Comlink {
  own ??= new Comlink({ codecs: transferHandlers.codecs })
  return own
}

export const expose: Comlink['expose'] = (...args) => comlink().expose(...args)
export const wrap: Comlink['wrap'] = (endpoint) => comlink().wrap(endpoint)

/** Lets an object travel by reference. Functions do so anyway. @returns the same object */
export const proxy = <T extends object>(object: T): ByReference<T> =>
  byReference<ByReference<T>>(object as ByReference<T>)

/**
 * What was given away is copied, as all else is: there is nothing to do. For programs that say so anyway.
 * @returns the same value
 */
export const transfer = <T>(value: T, _transfers: readonly unknown[]): T => value

export const transferHandlers = new TransferHandlers()

export type { ByReference, Future, Remote } from '@holdfast/node'
export { Comlink, type ComlinkOptions } from './comlink.js'
export type { Endpoint, NodeEndpoint, WebEndpoint } from './endpoint.js'
export { EndpointClosedError } from './endpoint-closed-error.js'
export type { ProxyMethods, Wrapped } from './remote-type.js'
export { createEndpoint, finalizer, releaseProxy } from './symbols.js'
export type { TransferHandler, TransferHandlers } from './transfer-handlers.js'
export { windowEndpoint } from './window-endpoint.js'
