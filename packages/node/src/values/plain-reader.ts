/** Reads what `plain-writer.ts` wrote. */
import type { ByteReader } from '@holdfast/core'
import type { Resolve } from './reference-mark.js'
import { MAX_PLAIN_DEPTH, MAX_SHORT, malformedValue, TAG } from './value-format.js'

/** Reads what follows a tag. @throws ProtocolError, and what `resolve` throws */
export function readPlain(tag: number, reader: ByteReader, resolve: Resolve): unknown {
  return new PlainReader(reader, resolve).read(tag, 0)
}

class PlainReader {
  readonly #reader: ByteReader
  readonly #resolve: Resolve

  constructor(reader: ByteReader, resolve: Resolve) {
    this.#reader = reader
    this.#resolve = resolve
  }

  read(tag: number, depth: number): unknown {
    switch (tag) {
      case TAG.undefined:
        return undefined
      case TAG.null:
        return null
      case TAG.false:
        return false
      case TAG.true:
        return true
      case TAG.natural:
        return this.#reader.integer()
      case TAG.negative:
        return -1 - this.#reader.integer()
      case TAG.float:
        return this.#float()
      case TAG.ascii:
      case TAG.text:
        return this.#text(tag)
      case TAG.reference:
        return this.#resolve({ kind: this.#reader.byte(), place: this.#reader.integer() })
      case TAG.list:
        return this.#items(depth + 1)
      case TAG.object:
        return this.#properties(depth + 1)
      default:
        throw malformedValue('an unknown tag')
    }
  }

  #float(): number {
    const bytes = this.#reader.raw(8)
    return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true)
  }

  #text(tag: number): string {
    if (tag === TAG.text) return this.#reader.string(this.#reader.remaining)
    const length = this.#reader.count()
    if (tag !== TAG.ascii || length > MAX_SHORT) throw malformedValue('no text')
    const text = this.#reader.ascii(length)
    if (text === null) throw malformedValue('a character above 7 bits')
    return text
  }

  #items(depth: number): unknown[] {
    const items: unknown[] = []
    for (let left = this.#enter(depth, 1); left > 0; left--) items.push(this.read(this.#reader.byte(), depth))
    return items
  }

  #properties(depth: number): object {
    const object: Record<string, unknown> = {}
    for (let left = this.#enter(depth, 2); left > 0; left--) {
      const key = this.#text(this.#reader.byte())
      if (key === '__proto__') throw malformedValue('a property named __proto__')
      object[key] = this.read(this.#reader.byte(), depth)
    }
    return object
  }

  /** @returns how many parts of so many bytes or more a container has */
  #enter(depth: number, bytesEach: number): number {
    if (depth > MAX_PLAIN_DEPTH) throw malformedValue('nested too deep')
    return this.#reader.count(bytesEach)
  }
}
