/**
 * Paths that calls have named lately, by their bytes: most calls name one of a few, and text is dear to decode. The wire stays as it is: a
 * number for each name would have to be agreed on anew in every session. Bounded: of two paths with the same place the later stays.
 */

export interface KnownPath {
  /** As on the wire: how many steps, then each behind its length. */
  readonly bytes: Uint8Array
  readonly path: readonly string[]
}

const PLACES = 256
/** A longer path is decoded each time. */
const MAX_BYTES = 64
/** From here on a count or length takes more than a byte. */
const LONG = 0x80

export class PathMemo {
  readonly #places: (KnownPath | null)[] = Array.from({ length: PLACES }, () => null)

  /** The path that begins somewhere in bytes of which nothing is trusted; null when it is not known. */
  find(bytes: Uint8Array, at: number): KnownPath | null {
    const end = endOf(bytes, at)
    if (end === null) return null
    const known = this.#places[placeOf(bytes, at, end)]
    return known !== null && known.bytes.length === end - at && isAt(known.bytes, bytes, at) ? known : null
  }

  /** @param bytes of the whole path and nothing else, found well-formed */
  add(bytes: Uint8Array, path: readonly string[]): void {
    if (endOf(bytes, 0) !== bytes.length) return
    this.#places[placeOf(bytes, 0, bytes.length)] = { bytes: bytes.slice(), path }
  }
}

/** Where a path ends; null when that is beyond the end of the bytes, or it is too long to be remembered. */
function endOf(bytes: Uint8Array, at: number): number | null {
  const limit = Math.min(bytes.length, at + MAX_BYTES)
  let end = at + 1
  for (let left = at < limit ? bytes[at] : LONG; left > 0; left--) {
    if (end >= limit || bytes[end] >= LONG) return null
    end += bytes[end] + 1
  }
  return end <= limit ? end : null
}

function placeOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + bytes[at]) | 0
  return (hash ^ (hash >>> 16)) & (PLACES - 1)
}

function isAt(part: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < part.length; index++) if (bytes[at + index] !== part[index]) return false
  return true
}
