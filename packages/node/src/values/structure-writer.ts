/**
 * Everything that is not simple, by `devalue`: containers, cycles, dates and so on. This adds what a text cannot carry
 * (bytes are attached), what travels by reference, errors, a limit on depth, and a strict notion of what may be copied
 * (`copied-kind.ts`).
 *
 * The text's root is a pair: the value, and a Set of `[error, its properties]`. `devalue` cannot revive a custom type
 * that contains itself, and an error's cause may lead back to the error: so an error is written as the name of its
 * class, and its properties come later. The Set grows while it is iterated, when a property leads to further errors.
 */
import { ByteWriter, UsageError } from '@holdfast/core'
import { type StringifyOptions, stringify } from 'devalue'
import { copiedKind } from './copied-kind.js'
import { builtinOf, classNameOf, setHidden } from './error-class.js'
import type { Marks } from './reference-mark.js'
import { MAX_DEPTH, MAX_SPARSE_LENGTH, markNumber, TAG, WIRE } from './value-format.js'
import { type Step, ValuePath } from './value-path.js'

/** @param name of the value in errors @throws UsageError `not-clonable`, and what `refer` throws */
export function writeStructure(value: unknown, marks: Marks, name: string): Uint8Array {
  return new StructureWriter(marks).write(value, name)
}

class StructureWriter {
  readonly #marks: Marks
  readonly #path = new ValuePath()
  readonly #attachments: Uint8Array[] = []
  readonly #errors = new Set<readonly [error: Error, properties: object]>()
  #root: object = []
  /** Of what `devalue` looks at; '' for all that needs no looking after. */
  #kind = ''
  /** The value of a Map's entry that comes after a key in which the path may have gone astray. */
  #afterKey: { readonly map: object; readonly step: Step; readonly value: unknown } | null = null
  #refused: UsageError | null = null

  readonly #reducers = {
    // The first is the first to see anything.
    [WIRE.reference]: (thing: unknown) => this.#look(thing),
    [WIRE.error]: (thing: Error) => this.#kind === 'Error' && this.#error(thing),
    [WIRE.buffer]: (thing: ArrayBuffer) =>
      this.#kind === 'ArrayBuffer' && this.#attachments.push(new Uint8Array(thing)),
    [WIRE.bigint]: (thing: unknown) => typeof thing === 'bigint' && thing.toString(16),
  }

  readonly #operations: NonNullable<StringifyOptions['operations']> = {
    isThenable: () => false,
    tagOf: () => this.#kind,
    unbox: (boxed: object) => this.#unboxed(boxed),
    lengthOf: (array: unknown[]) => this.#lengthOf(array),
    shapeOf: (object: object) => this.#shapeOf(object),
    get: (container: Record<string, unknown>, key: string) => {
      this.#path.at(container, container === this.#root ? null : key)
      return container[key]
    },
    valuesOf: (set: Set<unknown>) => this.#valuesOf(set),
    entriesOf: (map: Map<unknown, unknown>) => this.#entriesOf(map),
  }

  constructor(marks: Marks) {
    this.#marks = marks
    marks.hide(this.#errors)
  }

  write(value: unknown, name: string): Uint8Array {
    this.#root = [value, this.#errors]
    this.#marks.hide(this.#root)
    this.#path.rebase(this.#root, name)
    return this.#finish(this.#stringify())
  }

  #stringify(): string {
    try {
      return stringify(this.#root, this.#reducers, { operations: this.#operations })
    } catch (error) {
      if (this.#refused !== null || this.#marks.failure !== null) throw error
      const refusal = this.#refusal('cannot be read')
      setHidden(refusal, 'cause', error)
      throw refusal
    }
  }

  #finish(text: string): Uint8Array {
    const attached = this.#attachments.reduce((sum, bytes) => sum + bytes.length + 8, 0)
    const writer = new ByteWriter(attached + text.length + 16)
    writer.byte(TAG.structure)
    writer.integer(this.#attachments.length)
    for (const bytes of this.#attachments) writer.bytes(bytes)
    writer.string(text)
    return writer.finish()
  }

  /** @returns a reference's number; 0 for what is copied */
  #look(thing: unknown): number {
    this.#kind = ''
    const after = this.#afterKey
    if (after !== null && thing === after.value) {
      this.#path.at(after.map, after.step)
      this.#afterKey = null
    }
    if (typeof thing === 'symbol') this.#refuse('is a symbol')
    if (thing === null || (typeof thing !== 'object' && typeof thing !== 'function')) return 0
    const mark = this.#marks.of(thing)
    if (mark !== null) return markNumber(mark)
    this.#kind = copiedKind(thing)
    if (this.#kind === '') {
      const what = typeof thing === 'function' ? 'function' : classNameOf(thing) || 'nameless class'
      this.#refuse(`is a ${what}: extend Managed, or mark it with byReference()`)
    }
    return 0
  }

  #error(error: Error): string {
    const { name, message, stack, cause } = error
    const { code, errors } = error as { code?: unknown; errors?: unknown }
    const properties = {
      name: String(name),
      message: String(message),
      stack: String(stack),
      ...((typeof code === 'string' || typeof code === 'number') && { code }),
      ...(Object.hasOwn(error, 'cause') && { cause }),
      ...(Array.isArray(errors) && { errors }),
    }
    const pair = [error, properties] as const
    this.#marks.hide(pair)
    this.#marks.hide(properties)
    this.#path.rebase(properties, String(this.#path))
    this.#errors.add(pair)
    return builtinOf(error)
  }

  #unboxed(boxed: object): unknown {
    const value = boxed.valueOf()
    if (typeof value === 'object' || typeof value === 'function') this.#refuse('boxes an object')
    return value
  }

  #lengthOf(array: unknown[]): number {
    if (array.length > MAX_SPARSE_LENGTH && Object.keys(array).length < array.length)
      this.#refuse('is long and has holes')
    this.#enter(array)
    return array.length
  }

  #shapeOf(object: object): { kind: 'plain' | 'null-proto'; keys: string[] } {
    if (Object.hasOwn(object, '__proto__')) this.#refuse('has a property named __proto__')
    this.#enter(object)
    return { kind: Object.getPrototypeOf(object) === null ? 'null-proto' : 'plain', keys: Object.keys(object) }
  }

  *#valuesOf(set: Set<unknown>): Iterable<unknown> {
    this.#enter(set)
    let index = 0
    for (const value of set) {
      this.#path.at(set, index++)
      yield value
    }
  }

  *#entriesOf(map: Map<unknown, unknown>): Iterable<[unknown, unknown]> {
    this.#enter(map)
    for (const entry of map) {
      const [key, value] = entry
      const step = { key }
      this.#path.at(map, step)
      this.#afterKey = typeof key === 'object' ? { map, step, value } : null
      yield entry
    }
  }

  #enter(container: object): void {
    if (!this.#path.enter(container)) this.#refuse(`is nested more than ${MAX_DEPTH} deep`)
  }

  #refuse(why: string): never {
    this.#refused = this.#refusal(why)
    throw this.#refused
  }

  #refusal(why: string): UsageError {
    const path = String(this.#path)
    return new UsageError('not-clonable', `${path} ${why}`, { path })
  }
}
