/**
 * The contract of every transport: a connection between two nodes has two ends, and each is a `Link` that carries frames
 * (strings of bytes with their boundaries kept). `conformance.ts` is this contract as tests.
 *
 * - Nothing arrives inside a call: `send`, `close` and `start` return before any handler of either end runs.
 * - Ownership: `send` has read the frame when it returns, and the caller may reuse its memory; a received frame is the
 *   receiver's own, nobody else reads or writes it.
 * - What was sent before the peer closed arrives before `onClose` (on a reliable link). After one's own `close`
 *   nothing arrives.
 * - Every started link ends with exactly one `onClose`, whichever end closed and why: one place to clean up.
 */
import { LimitError } from '@holdfast/core'

/**
 * Why a link is over.
 * - `closed-here`: `close` was called at this end.
 * - `closed-by-peer`: the other end closed in good order.
 * - `connection-lost`: the connection broke, or the other end vanished without a word.
 * - `backlog-full`: more arrived before `start` than is kept.
 * - `malformed-message`: something came that is not a frame, or that could not be read; a frame may be missing.
 * - `frame-over-limit`: the peer sent a frame over `maxFrameBytes`.
 * - `send-buffer-full`: more waits to be sent than is kept: the other end does not read.
 */
export type CloseReason =
  | 'closed-here'
  | 'closed-by-peer'
  | 'connection-lost'
  | 'backlog-full'
  | 'malformed-message'
  | 'frame-over-limit'
  | 'send-buffer-full'

/** Receives what a link brings. What a handler throws is not caught by the link. */
export interface LinkHandlers {
  onFrame(frame: Uint8Array): void
  /** The last call, exactly once. */
  onClose(reason: CloseReason): void
}

/** What the other end of a connection over TLS has shown of itself. */
export interface PeerCertificate {
  /** The certificate, as DER. */
  readonly raw: Uint8Array
  /** Of the certificate, SHA-256: pairs of hexadecimal digits with colons between them. */
  readonly fingerprint: string
  /** Whom it is for, as `{ CN: 'alice' }`. */
  readonly subject: Readonly<Record<string, unknown>>
  /** Its other names, as `DNS:alice.example, IP Address:127.0.0.1`; null for none. */
  readonly names: string | null
  /** Whether somebody has signed it whom this side trusts, and its time is not over. */
  readonly isVerified: boolean
}

/** One end of a connection between two nodes; carries frames. */
export interface Link {
  /** What the other end has shown, where the connection has such a thing. */
  readonly certificate?: PeerCertificate | null

  /** Whether it neither loses, nor repeats, nor reorders frames while open. */
  readonly reliable: boolean
  /** The longest frame, in bytes, that can be sent; a longer one that arrives ends the link. */
  readonly maxFrameBytes: number

  /**
   * Sends a frame and forgets it; without effect once the link is over. There is no back-pressure: whoever sends bounds
   * what is unacknowledged.
   * @throws LimitError `frame-over-limit`; nothing was sent
   */
  send(frame: Uint8Array): void

  /** Ends the connection at both ends; idempotent. */
  close(): void

  /**
   * Names the receiver. Frames that came before are kept (bounded, see `backlog-full`) and handed over first.
   * @throws UsageError `already-started`
   */
  start(handlers: LinkHandlers): void
}

/** A link that carries something beside its frames, in order with them: how nodes tell each other ways to third ones. */
export interface PostingLink extends Link {
  /** Sends something that is no frame: plain data. Without effect once the link is over. */
  post(message: object): void
  /** Lets the process end although the link is open. Without effect in browsers. */
  unref(): void
}

/** The longest frame unless an option says otherwise: 16 MiB. */
export const DEFAULT_MAX_FRAME_BYTES = 0x1000000

/** @throws LimitError `frame-over-limit` for a frame that a link of this limit cannot carry */
export function checkFrameLength(frame: Uint8Array, maxFrameBytes: number): void {
  if (frame.length <= maxFrameBytes) return
  throw new LimitError('frame-over-limit', 'a frame is longer than the link carries', {
    length: frame.length,
    maxFrameBytes,
  })
}
