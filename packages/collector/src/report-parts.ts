/**
 * A report may be megabytes long, and nothing waits for it as a program waits for an answer. So it goes in parts, at most one a turn, behind
 * all else that the turn has for the coordinator, and takes no more of the session's queue than leaves it to the program.
 *
 * Reports need no order among themselves or with other messages (docs/protocol.md): each carries its own stamps.
 */
import { malformed, ProtocolError, type ReportMessage } from '@holdfast/core'

/** The most bytes of a report that a turn sends. */
export const REPORT_PART_BYTES = 64 * 1024

/** What the message of a part has besides its bytes, at most. */
export const REPORT_PART_OVERHEAD = 16

/** The most bytes of a report that a coordinator puts together. */
export const MAX_REPORT_BYTES = 256 * 1024 * 1024

/** What a part counts for besides its bytes, so that a report of many small ones is bounded, too. */
const PART_WEIGHT = 128

/** A report on its way out. */
export interface OutgoingReport {
  readonly bytes: Uint8Array
  /** The parts that are appended to the session. */
  readonly parts: number
  /** Their bytes. */
  readonly sent: number
}

/** The next part of a report, and what is left behind it. @param size the most bytes the part may have */
export function takePart(
  { bytes, parts, sent }: OutgoingReport,
  size: number,
): { readonly part: ReportMessage; readonly rest: OutgoingReport | null } {
  const end = Math.min(sent + size, bytes.length)
  const more = end < bytes.length
  return {
    part: { type: 'dgc:report', part: parts, more, report: bytes.subarray(sent, end) },
    rest: more ? { bytes, parts: parts + 1, sent: end } : null,
  }
}

/** A report whose parts come in, in order. */
export class IncomingReport {
  readonly #parts: Uint8Array[] = []
  #bytes = 0

  /** How many parts are there: the number of the next. */
  get count(): number {
    return this.#parts.length
  }

  /** O(bytes of a part that others came with). @throws ProtocolError `report-too-large`, `malformed` */
  add(part: Uint8Array): void {
    if (part.length === 0) throw malformed('an empty part of a report')
    if (this.#bytes + part.length + this.#parts.length * PART_WEIGHT > MAX_REPORT_BYTES) {
      throw new ProtocolError('report-too-large', 'a report over the limit', { length: this.#bytes + part.length })
    }
    // A view keeps the whole frame.
    this.#parts.push(part.length * 2 < part.buffer.byteLength ? part.slice() : part)
    this.#bytes += part.length
  }

  /** All of it. O(bytes). */
  joined(): Uint8Array {
    const whole = new Uint8Array(this.#bytes)
    let at = 0
    for (const part of this.#parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  }
}
