/** What bounds a channel, in bytes and in time. Both ends of a link should use the same limits; each checks its own. */
import { type Duration, UsageError } from '@holdfast/core'

export interface SessionLimits {
  /** The most bytes a frame may have, sent or received; at least 256, at most 64 MiB. */
  readonly maxFrameBytes: number
  /** The most bytes a message may have, sent or received. */
  readonly maxMessageBytes: number
  /** The most bytes that wait for an acknowledgement or for room in the window (see `recordCost`). */
  readonly maxUnackedBytes: number
  /** The most bytes kept of records that came before their turn (see `recordCost`). */
  readonly maxReorderedBytes: number
  /** The most bytes under way at once (see `recordCost`); at least one record always may be. */
  readonly windowBytes: number
}

/** For messages that are small as a rule, with a report of megabytes now and then. */
export const DEFAULT_LIMITS: SessionLimits = {
  maxFrameBytes: 256 * 1024,
  maxMessageBytes: 64 * 1024 * 1024,
  maxUnackedBytes: 128 * 1024 * 1024,
  maxReorderedBytes: 4 * 1024 * 1024,
  windowBytes: 4 * 1024 * 1024,
}

export interface SessionTiming {
  /** How long to wait before sending again what was not answered; null when the link loses nothing while it is open. */
  readonly retransmitAfter: Duration | null
  /** The wait doubles with every attempt, up to this. */
  readonly maxRetransmitAfter: Duration
  /** How long an acknowledgement may wait for a frame to ride on; shorter than `retransmitAfter`. */
  readonly ackDelay: Duration
}

/** For links that lose, repeat or reorder frames. */
export const LOSSY_TIMING: SessionTiming = { retransmitAfter: 200, maxRetransmitAfter: 10_000, ackDelay: 20 }

/** For links that lose nothing while they are open: message ports, TCP, WebSocket. */
export const LOSSLESS_TIMING: SessionTiming = { retransmitAfter: null, maxRetransmitAfter: 10_000, ackDelay: 20 }

/** What a record weighs besides its bytes, so that empty messages are bounded too. */
const RECORD_WEIGHT = 32

/** What a record counts for in every limit: its bytes and a constant for its bookkeeping. */
export const recordCost = (bytes: Uint8Array): number => costOf(bytes.length)

/** The same of a record of so many bytes. */
export const costOf = (length: number): number => length + RECORD_WEIGHT

/** The smallest `maxFrameBytes`: every handshake frame fits. */
const MIN_FRAME_BYTES = 256

/** What a frame and its only record need at most besides the record's bytes. */
export const FRAME_OVERHEAD = 32

/** A record that others of its message follow is at least this long, which bounds the pieces of a message. */
export const MIN_FRAGMENT_BYTES = MIN_FRAME_BYTES - FRAME_OVERHEAD

const MAX_FRAME_BYTES = 64 * 1024 * 1024

/** @throws UsageError `bad-limits` */
export function checkLimits(limits: SessionLimits): void {
  const { maxFrameBytes, maxMessageBytes, maxUnackedBytes, maxReorderedBytes, windowBytes } = limits
  const whole = Object.values(limits).every((limit) => Number.isSafeInteger(limit) && limit >= 0)
  const fits = maxFrameBytes >= MIN_FRAME_BYTES && maxFrameBytes <= MAX_FRAME_BYTES
  if (!whole || !fits || maxMessageBytes > maxUnackedBytes || windowBytes < 1) {
    throw new UsageError(
      'bad-limits',
      'limits are whole numbers, a frame has 256 bytes to 64 MiB, a message fits unacked',
      {
        maxFrameBytes,
        maxMessageBytes,
        maxUnackedBytes,
        maxReorderedBytes,
        windowBytes,
      },
    )
  }
}

/** @throws UsageError `bad-timing` */
export function checkTiming(timing: SessionTiming): void {
  const { retransmitAfter, maxRetransmitAfter, ackDelay } = timing
  if (!(ackDelay >= 0) || (retransmitAfter !== null && !(ackDelay < retransmitAfter))) {
    throw new UsageError('bad-timing', 'an acknowledgement comes sooner than a retransmission', { ...timing })
  }
  if (retransmitAfter !== null && !(maxRetransmitAfter >= retransmitAfter)) {
    throw new UsageError('bad-timing', 'the longest wait is no shorter than the first', { ...timing })
  }
}
