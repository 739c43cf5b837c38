/**
 * Long lists of ids go out in several messages, so that none nears the size limit, where a protocol message that does not fit
 * would end the session, and so that the receiver's turns stay short.
 */

/** At most 8 bytes each: half a megabyte, and as a rule a byte each. */
export const IDS_PER_MESSAGE = 1 << 16

/** Where the pieces of a list begin and end. */
export function* pieces(length: number, size: number): IterableIterator<readonly [start: number, end: number]> {
  for (let start = 0; start < length; start += size) {
    yield [start, Math.min(start + size, length)]
  }
}
