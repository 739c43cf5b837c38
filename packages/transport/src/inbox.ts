/**
 * The receiving half of a link, the same in every transport: keeps what comes before `start`, and says `onClose` once.
 *
 * - Frames reach the handler in the order of `accept`; while any is kept, later ones queue up behind it.
 * - `end` is final. The peer's end comes after the frames before it; one's own end discards them.
 * - A transport calls `accept` from its event loop only, never from within `send`: that is what keeps delivery from
 *   being re-entrant. What this class starts itself goes through `defer`.
 */
import { UsageError } from '@holdfast/core'
import { type CloseReason, DEFAULT_MAX_FRAME_BYTES, type LinkHandlers } from './link.js'

/** What a kept frame counts beyond its bytes, so that empty frames are bounded too. */
const FRAME_OVERHEAD_BYTES = 64

/** Kept unless an option says otherwise: four of the longest frames, or about a million tiny ones. */
const DEFAULT_MAX_BACKLOG_BYTES = 4 * DEFAULT_MAX_FRAME_BYTES

export interface InboxOptions {
  /** Runs an action soon, after the current call has returned to the event loop; in the order given. */
  readonly defer: (action: () => void) => void
  /** The most bytes kept before `start`, each frame counting 64 more than it has. Default: 64 MiB. */
  readonly maxBacklogBytes?: number | undefined
}

export class Inbox {
  readonly #defer: (action: () => void) => void
  readonly #maxBacklogBytes: number
  #started = false
  /** Null before `start`, and again once the last call was made: a link that is over holds on to nobody. */
  #handlers: LinkHandlers | null = null
  readonly #backlog: Uint8Array[] = []
  #backlogBytes = 0
  /** Whether frames queue up: until what came before `start` has been handed over. */
  #keeping = true
  /** Why it is over; null while it is open. Set once. */
  #reason: CloseReason | null = null

  constructor(options: InboxOptions) {
    this.#defer = options.defer
    this.#maxBacklogBytes = options.maxBacklogBytes ?? DEFAULT_MAX_BACKLOG_BYTES
  }

  /** Whether the link is over (its handlers may not have been told yet). */
  get over(): boolean {
    return this.#reason !== null
  }

  /** @throws UsageError `already-started` */
  start(handlers: LinkHandlers): void {
    if (this.#started) throw new UsageError('already-started', 'a link has one receiver, named once')
    this.#started = true
    this.#handlers = handlers
    this.#defer(() => this.#drain())
  }

  /**
   * Takes in a frame that arrived; drops it when the link is over.
   * @returns false when it cannot be kept: the transport ends the link with `backlog-full`
   */
  accept(frame: Uint8Array): boolean {
    if (this.#reason !== null) return true
    if (!this.#keeping) {
      this.#handlers?.onFrame(frame)
      return true
    }
    const bytes = this.#backlogBytes + frame.length + FRAME_OVERHEAD_BYTES
    if (bytes > this.#maxBacklogBytes) return false
    this.#backlog.push(frame)
    this.#backlogBytes = bytes
    return true
  }

  /** Ends the link; the first reason stands. */
  end(reason: CloseReason): void {
    if (reason === 'closed-here') this.#forget()
    if (this.#reason !== null) return
    this.#reason = reason
    if (this.#started) this.#defer(() => this.#drain())
  }

  /** Hands over what was kept, then says that it is over if it is. A handler that throws does not cost the others their turn. */
  #drain(): void {
    const backlog = this.#backlog
    let handed = 0
    let isDone = false
    try {
      // `close` in a handler empties the backlog.
      while (handed < backlog.length) this.#handlers?.onFrame(backlog[handed++])
      isDone = true
    } finally {
      backlog.splice(0, handed)
      if (!isDone) this.#defer(() => this.#drain())
    }
    this.#forget()
    this.#keeping = false
    this.#tell()
  }

  #tell(): void {
    const handlers = this.#handlers
    if (this.#reason === null || handlers === null) return
    this.#handlers = null
    handlers.onClose(this.#reason)
  }

  #forget(): void {
    this.#backlog.length = 0
    this.#backlogBytes = 0
  }
}
