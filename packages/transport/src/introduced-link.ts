/**
 * A link whose first frames are somebody else's, who began it and finds out by them who is at the other end. Whoever gets it starts it in
 * the job in which it came, so nothing needs to be kept; who began it hands on what arrives to `handlers`.
 */
import type { Link, LinkHandlers } from './link.js'

export class IntroducedLink implements Link {
  readonly #link: Link
  /** Null until it is started. */
  handlers: LinkHandlers | null = null

  constructor(link: Link) {
    this.#link = link
  }

  get reliable(): boolean {
    return this.#link.reliable
  }

  get maxFrameBytes(): number {
    return this.#link.maxFrameBytes
  }

  send(frame: Uint8Array): void {
    this.#link.send(frame)
  }

  close(): void {
    this.#link.close()
  }

  start(handlers: LinkHandlers): void {
    this.handlers = handlers
  }
}
