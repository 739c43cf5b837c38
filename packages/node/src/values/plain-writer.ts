/**
 * Writes by hand what most calls carry: primitives, references, and plain arrays and objects of them, where nothing
 * occurs twice. All else is left to `structure-writer.ts`.
 */
import type { ByteWriter } from '@holdfast/core'
import type { Marks } from './reference-mark.js'
import { MAX_PLAIN_DEPTH, MAX_SHORT, TAG } from './value-format.js'

const LONE_SURROGATE = /\p{Surrogate}/u

/** Appends a value; false when it is not plain (what was appended before stays). O(its size). */
export function writePlain(writer: ByteWriter, value: unknown, marks: Marks): boolean {
  return new PlainWriter(writer, marks).write(value, 0)
}

class PlainWriter {
  readonly #writer: ByteWriter
  readonly #marks: Marks
  #scratch: DataView | null = null

  constructor(writer: ByteWriter, marks: Marks) {
    this.#writer = writer
    this.#marks = marks
  }

  write(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'string':
        return this.#text(value)
      case 'number':
        return this.#number(value)
      case 'boolean':
        return this.#tag(value ? TAG.true : TAG.false)
      case 'undefined':
        return this.#tag(TAG.undefined)
      case 'object':
        return value === null ? this.#tag(TAG.null) : this.#object(value, depth)
      case 'function':
        return this.#object(value, depth)
      default:
        return false
    }
  }

  #tag(tag: number): true {
    this.#writer.byte(tag)
    return true
  }

  #object(value: object, depth: number): boolean {
    const isNew = !this.#marks.knows(value)
    const mark = this.#marks.of(value)
    if (mark === null) return isNew && depth < MAX_PLAIN_DEPTH && this.#container(value, depth + 1)
    this.#writer.byte(TAG.reference)
    this.#writer.byte(mark.kind)
    this.#writer.integer(mark.place)
    return true
  }

  #container(value: object, depth: number): boolean {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype) return this.#properties(value as Record<string, unknown>, depth)
    return prototype === Array.prototype && Array.isArray(value) && this.#items(value, depth)
  }

  #items(list: readonly unknown[], depth: number): boolean {
    this.#writer.byte(TAG.list)
    this.#writer.integer(list.length)
    for (let index = 0; index < list.length; index++) {
      const item = list[index]
      const isHole = item === undefined && !Object.hasOwn(list, index)
      if (isHole || !this.write(item, depth)) return false
    }
    return true
  }

  #properties(object: Record<string, unknown>, depth: number): boolean {
    const keys = Object.keys(object)
    this.#writer.byte(TAG.object)
    this.#writer.integer(keys.length)
    for (const key of keys) {
      if (key === '__proto__' || !this.#text(key) || !this.write(object[key], depth)) return false
    }
    return true
  }

  #number(value: number): true {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      this.#writer.byte(value < 0 ? TAG.negative : TAG.natural)
      this.#writer.integer(value < 0 ? -1 - value : value)
      return true
    }
    this.#writer.byte(TAG.float)
    this.#scratch ??= new DataView(new ArrayBuffer(8))
    this.#scratch.setFloat64(0, value, true)
    for (let index = 0; index < 8; index++) this.#writer.byte(this.#scratch.getUint8(index))
    return true
  }

  /** False for text that UTF-8 cannot carry. */
  #text(value: string): boolean {
    if (isShortAscii(value)) {
      this.#writer.byte(TAG.ascii)
      this.#writer.integer(value.length)
      for (let index = 0; index < value.length; index++) this.#writer.byte(value.charCodeAt(index))
      return true
    }
    if (LONE_SURROGATE.test(value)) return false
    this.#writer.byte(TAG.text)
    this.#writer.string(value)
    return true
  }
}

function isShortAscii(value: string): boolean {
  if (value.length > MAX_SHORT) return false
  for (let index = 0; index < value.length; index++) if (value.charCodeAt(index) > 0x7f) return false
  return true
}
