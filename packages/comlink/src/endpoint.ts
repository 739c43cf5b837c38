/** What messages can be sent through: a worker, a port, a window; in the two dialects, node's emitters and the web's event targets. */

/** A `Worker`, `MessagePort` or `parentPort` of `node:worker_threads`. */
export interface NodeEndpoint {
  /** What can be transferred differs: `never` fits the types of every platform. */
  postMessage(message: unknown, transfer: never[]): void
  on(event: string, listener: (value: unknown) => void): unknown
  off(event: string, listener: (value: unknown) => void): unknown
}

/** A message's event, as far as it matters. */
export interface MessageLike {
  readonly data?: unknown
  readonly origin?: string
  readonly source?: object | null
}

/** A `Worker`, `MessagePort`, the `self` of a worker, or what `windowEndpoint` makes. */
export interface WebEndpoint {
  postMessage(message: unknown, transfer: never[]): void
  addEventListener(type: string, listener: (event: MessageLike) => void): void
  removeEventListener(type: string, listener: (event: MessageLike) => void): void
  start?(): void
  /** Only what this window says counts. */
  readonly window?: object
}

export type Endpoint = NodeEndpoint | WebEndpoint

/** What happens at an endpoint. */
export interface EndpointListener {
  /** @param origin of a window's message, '' for all others */
  message(data: unknown, origin: string): void
  /** The other end is no more: `isThread` when with all of its thread. Not every platform tells. */
  closed(isThread: boolean): void
}

/** Listens, beside all others who do. @returns stops */
export function listen(endpoint: Endpoint, listener: EndpointListener): () => void {
  const closed = (): void => listener.closed(false)
  if ('on' in endpoint) {
    const message = (data: unknown): void => listener.message(data, '')
    const exited = (): void => listener.closed(true)
    endpoint.on('message', message)
    endpoint.on('close', closed)
    endpoint.on('exit', exited)
    return () => {
      endpoint.off('message', message)
      endpoint.off('close', closed)
      endpoint.off('exit', exited)
    }
  }
  const message = ({ data, origin = '', source }: MessageLike): void => {
    if (endpoint.window === undefined || !source || source === endpoint.window) listener.message(data, origin)
  }
  endpoint.addEventListener('message', message)
  endpoint.addEventListener('close', closed)
  endpoint.start?.()
  return () => {
    endpoint.removeEventListener('message', message)
    endpoint.removeEventListener('close', closed)
  }
}

/** Whether it is a port, and so for one purpose: workers and windows have lives of their own. */
export function isPort(endpoint: Endpoint): endpoint is Endpoint & { close(): void } {
  return endpoint.constructor.name === 'MessagePort'
}
