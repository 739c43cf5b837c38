/**
 * Reads what `structure-writer.ts` wrote. Whatever `devalue` makes of bad input, none of it gets out: it throws, or
 * builds something within the limits out of what it was given. References are resolved before, so that no code but its
 * own runs deep in its recursion.
 */
import type { ByteReader } from '@holdfast/core'
import { defaultParseOperations, type ParseOptions, unflatten, type ViewTag } from 'devalue'
import { BUILTIN_ERRORS, makeError, setHidden } from './error-class.js'
import type { Resolve } from './reference-mark.js'
import { MAX_SPARSE_LENGTH, malformedValue, markOf, WIRE } from './value-format.js'

/** @throws anything, for malformed input */
export function readStructure(reader: ByteReader, resolve: Resolve): unknown {
  return new StructureReader(reader).read(resolve)
}

class StructureReader {
  /** Each is used once. */
  readonly #attachments: (Uint8Array | null)[]
  readonly #flat: unknown[]
  readonly #references = new Map<unknown, unknown>()
  /** Made here, and still without properties: no other error must ever be written to. */
  readonly #bare = new Set<unknown>()

  constructor(reader: ByteReader) {
    this.#attachments = Array.from({ length: reader.count() }, () => reader.bytes())
    const flat: unknown = JSON.parse(reader.string(reader.remaining))
    if (!Array.isArray(flat)) throw malformedValue('no structure')
    this.#flat = flat
  }

  read(resolve: Resolve): unknown {
    this.#resolveAll(resolve)
    const root: unknown = unflatten(this.#flat, this.#revivers, { operations: OPERATIONS })
    if (this.#attachments.some((bytes) => bytes !== null)) throw malformedValue('an attachment that is not used')
    if (!Array.isArray(root) || root.length !== 2 || !(root[1] instanceof Set)) throw malformedValue('no pair')
    for (const pair of root[1] as Set<unknown>) this.#complete(pair)
    if (this.#bare.size > 0) throw malformedValue('an error without properties')
    return root[0]
  }

  readonly #revivers = {
    [WIRE.reference]: (number: unknown) => {
      if (!this.#references.has(number)) throw malformedValue('no reference')
      return this.#references.get(number)
    },
    [WIRE.error]: (name: unknown) => this.#makeError(text(name)),
    [WIRE.buffer]: (number: unknown) => this.#take(number),
    [WIRE.bigint]: readBigInt,
  }

  #resolveAll(resolve: Resolve): void {
    for (const item of this.#flat) {
      if (!Array.isArray(item) || item[0] !== WIRE.reference) continue
      const number: unknown = this.#flat[item[1] as number]
      if (!Number.isSafeInteger(number) || (number as number) < 1) throw malformedValue('no reference')
      if (!this.#references.has(number)) this.#references.set(number, resolve(markOf(number as number)))
    }
  }

  #take(number: unknown): ArrayBuffer {
    const bytes = this.#attachments[(number as number) - 1]
    if (!bytes) throw malformedValue('no attachment')
    this.#attachments[(number as number) - 1] = null
    return bytes.slice().buffer
  }

  #makeError(name: string): Error {
    const error = required(makeError(BUILTIN_ERRORS, name))
    this.#bare.add(error)
    return error
  }

  #complete(pair: unknown): void {
    const [error, properties] = Array.isArray(pair) ? (pair as [Error, Record<string, unknown>]) : []
    if (error === undefined || !this.#bare.delete(error)) throw malformedValue('no error')
    const sent = required(properties)
    const { name, code, errors, message, stack } = sent
    setHidden(error, 'message', text(message))
    setHidden(error, 'stack', text(stack))
    if (text(name) !== error.name) setHidden(error, 'name', name)
    if (Object.hasOwn(sent, 'cause')) setHidden(error, 'cause', sent['cause'])
    if (errors !== undefined) setHidden(error, 'errors', errors)
    if (code !== undefined) Object.assign(error, { code })
  }
}

const OPERATIONS: NonNullable<ParseOptions['operations']> = {
  fromISOString: (iso: unknown) => new Date(text(iso)),
  fromStringValue: (tag, value: unknown) => defaultParseOperations.fromStringValue(tag, text(value)),
  fromRegExpInfo: (source: unknown, flags: unknown) => new RegExp(text(source), text(flags ?? '')),
  fromViewInfo: (...[tag, buffer, offset, length]: [ViewTag, ArrayBuffer, unknown, unknown]): unknown =>
    defaultParseOperations.fromViewInfo(tag, buffer, size(offset), size(length)),
  createSparseArray: (length): unknown => {
    if (length > MAX_SPARSE_LENGTH) throw malformedValue('an array with too many holes')
    return defaultParseOperations.createSparseArray(length)
  },
}

function readBigInt(digits: unknown): bigint {
  const [, minus, hexadecimal] = required(/^(-?)([\da-f]+)$/.exec(text(digits)))
  return minus === '' ? BigInt(`0x${hexadecimal}`) : -BigInt(`0x${hexadecimal}`)
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw malformedValue('no text')
  return value
}

function size(value: unknown): number | undefined {
  if (value !== undefined && !Number.isSafeInteger(value)) throw malformedValue('no size')
  return value as number | undefined
}

function required<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw malformedValue('not what is allowed there')
  return value
}
