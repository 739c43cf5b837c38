/**
 * Reads values of nothing but primitives, alone or in one list, which is what most calls carry: without an object or a closure for what
 * such values never have. It gives up at whatever else comes, also at what is malformed: that is for `decodeValue` to say.
 */
import { MAX_SHORT, TAG } from './value-format.js'

/** What stands for a value that is something else. */
export const NOT_PRIMITIVE = Symbol('not primitive')

/** From here on a byte of an integer says that another follows. */
const LONG = 0x80
/** The bytes of an integer that is read here: more may not be exact. */
const MAX_INTEGER_BYTES = 7
const NO_BYTES = new Uint8Array(0)

export class PrimitiveReader {
  #bytes: Uint8Array = NO_BYTES
  #at = 0

  /** @param from where the value begins; it goes to the end */
  read(bytes: Uint8Array, from: number): unknown {
    this.#bytes = bytes
    this.#at = from
    const value = bytes[from] === TAG.list ? this.#list() : this.#primitive()
    this.#bytes = NO_BYTES
    return this.#at === bytes.length ? value : NOT_PRIMITIVE
  }

  #list(): unknown {
    this.#at++
    const count = this.#integer()
    // Each takes a byte at least; NaN is no count.
    if (!(count <= this.#bytes.length - this.#at)) return NOT_PRIMITIVE
    const items: unknown[] = []
    for (let left = count; left > 0; left--) {
      const item = this.#primitive()
      if (item === NOT_PRIMITIVE) return NOT_PRIMITIVE
      items.push(item)
    }
    return items
  }

  #primitive(): unknown {
    switch (this.#bytes[this.#at++]) {
      case TAG.undefined:
        return undefined
      case TAG.null:
        return null
      case TAG.false:
        return false
      case TAG.true:
        return true
      case TAG.natural:
        return numberOr(this.#integer())
      case TAG.negative:
        return numberOr(-1 - this.#integer())
      case TAG.ascii:
        return this.#ascii()
      default:
        return NOT_PRIMITIVE
    }
  }

  /** @returns NaN for what is cut short, or too long to be read here */
  #integer(): number {
    let value = 0
    let scale = 1
    for (let left = MAX_INTEGER_BYTES; left > 0; left--) {
      const byte = this.#at < this.#bytes.length ? this.#bytes[this.#at++] : Number.NaN
      if (!(byte >= LONG)) return value + byte * scale
      value += (byte - LONG) * scale
      scale *= LONG
    }
    return Number.NaN
  }

  #ascii(): unknown {
    const bytes = this.#bytes
    const length = this.#integer()
    if (!(length <= MAX_SHORT && this.#at + length <= bytes.length)) return NOT_PRIMITIVE
    let text = ''
    for (const end = this.#at + length; this.#at < end; this.#at++) {
      if (bytes[this.#at] >= LONG) return NOT_PRIMITIVE
      text += String.fromCharCode(bytes[this.#at])
    }
    return text
  }
}

const numberOr = (value: number): unknown => (Number.isNaN(value) ? NOT_PRIMITIVE : value)
