/** What a link needs of a message port, in the two dialects: node's emitters and the web's event targets. */

interface AnyPort {
  /** What can be transferred differs: `never` fits the types of every platform. */
  postMessage(message: unknown, transfer: never[]): void
  close(): void
  ref?(): void
  unref?(): void
}

/** A port of `node:worker_threads`. */
export interface NodePort extends AnyPort {
  on(event: string, listener: (value: unknown) => void): unknown
}

/** A port of a browser. */
export interface WebPort extends AnyPort {
  addEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void
  start(): void
}

export type MessagePortLike = NodePort | WebPort

/** What happens at a port. */
export interface PortListener {
  message(data: unknown): void
  /** A message came that could not be deserialized. */
  unreadable(): void
  /** The port is closed, at whichever end. Not every browser tells. */
  closed(): void
}

/** Listens to a port and sets it going. */
export function listen(port: MessagePortLike, listener: PortListener): void {
  if ('on' in port) {
    port.on('messageerror', () => listener.unreadable())
    port.on('close', () => listener.closed())
    port.on('message', (data) => listener.message(data))
    return
  }
  port.addEventListener('messageerror', () => listener.unreadable())
  port.addEventListener('close', () => listener.closed())
  port.addEventListener('message', (event) => listener.message(event.data))
  port.start()
}
