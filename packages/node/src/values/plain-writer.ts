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

/** Appends a primitive; false for anything else, and for text that UTF-8 cannot carry. No code of the program runs. O(its size). */
export function writePrimitive(writer: ByteWriter, value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return writeText(writer, value)
    case 'number':
      writeNumber(writer, value)
      return true
    case 'boolean':
      writer.byte(value ? TAG.true : TAG.false)
      return true
    case 'undefined':
      writer.byte(TAG.undefined)
      return true
    default:
      if (value !== null) return false
      writer.byte(TAG.null)
      return true
  }
}

/** Appends a list of primitives without holes; false for any other (what was appended before stays). As `writePrimitive`. */
export function writePrimitives(writer: ByteWriter, list: readonly unknown[]): boolean {
  writer.byte(TAG.list)
  writer.integer(list.length)
  for (let index = 0; index < list.length; index++) {
    const item = list[index]
    const isHole = item === undefined && !Object.hasOwn(list, index)
    if (isHole || !writePrimitive(writer, item)) return false
  }
  return true
}

class PlainWriter {
  readonly #writer: ByteWriter
  readonly #marks: Marks

  constructor(writer: ByteWriter, marks: Marks) {
    this.#writer = writer
    this.#marks = marks
  }

  write(value: unknown, depth: number): boolean {
    if ((typeof value === 'object' && value !== null) || typeof value === 'function') return this.#object(value, depth)
    return writePrimitive(this.#writer, value)
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
      if (key === '__proto__' || !writeText(this.#writer, key) || !this.write(object[key], depth)) return false
    }
    return true
  }
}

function writeNumber(writer: ByteWriter, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    writer.byte(value < 0 ? TAG.negative : TAG.natural)
    writer.integer(value < 0 ? -1 - value : value)
    return
  }
  writer.byte(TAG.float)
  const scratch = new DataView(new ArrayBuffer(8))
  scratch.setFloat64(0, value, true)
  for (let index = 0; index < 8; index++) writer.byte(scratch.getUint8(index))
}

/** False for text that UTF-8 cannot carry. */
function writeText(writer: ByteWriter, value: string): boolean {
  if (isShortAscii(value)) {
    writer.byte(TAG.ascii)
    writer.integer(value.length)
    writer.ascii(value)
    return true
  }
  if (LONE_SURROGATE.test(value)) return false
  writer.byte(TAG.text)
  writer.string(value)
  return true
}

function isShortAscii(value: string): boolean {
  if (value.length > MAX_SHORT) return false
  for (let index = 0; index < value.length; index++) if (value.charCodeAt(index) > 0x7f) return false
  return true
}
