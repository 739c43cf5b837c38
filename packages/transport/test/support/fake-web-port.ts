import type { WebPort } from '../../src/message-port.js'

type Listener = (event: { readonly data?: unknown }) => void

/** A browser's port by hand: records what is posted, and brings whatever the test says. Browsers never tell the end that closes. */
export class FakeWebPort implements WebPort {
  readonly posted: unknown[] = []
  readonly #listeners = new Map<string, Listener>()
  started = false
  closed = false

  postMessage(message: unknown): void {
    if (!this.closed) this.posted.push(message)
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, listener)
  }

  start(): void {
    this.started = true
  }

  close(): void {
    this.closed = true
  }

  /** Fires an event of a given type. */
  bring(type: string, data?: unknown): void {
    this.#listeners.get(type)?.({ data })
  }
}
