/**
 * Copies of plain data for fields: plain objects, arrays, and the built-in values that structured clone takes by value,
 * but no Map or Set. The copy is frozen as deep as it goes. Shared parts and cycles stay what they are; depth costs no
 * stack.
 */

/** Copies something that cannot be frozen; undefined for anything else. */
function copyBuiltIn(source: object): object | undefined {
  if (source instanceof Date) return new Date(source.getTime())
  if (source instanceof ArrayBuffer) return source.slice(0)
  if (source instanceof RegExp) return new RegExp(source)
  if (source instanceof DataView) {
    return new DataView(source.buffer.slice(source.byteOffset, source.byteOffset + source.byteLength) as ArrayBuffer)
  }
  // A buffer of Node's would be sliced as a view by its own method.
  if (ArrayBuffer.isView(source)) return Uint8Array.prototype.slice.call(source)
  return undefined
}

const BUILT_INS: readonly object[] = [Date, RegExp, ArrayBuffer, DataView].map((type) => type.prototype as object)
const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype) as object

/** Whether its class is one of the built-in ones that are copied, and not one derived from them. */
function isBuiltIn(source: object, prototype: object): boolean {
  return BUILT_INS.includes(prototype) || (ArrayBuffer.isView(source) && TYPED_ARRAY.isPrototypeOf(source))
}

/** Whether it is an array or an object without a class, of whatever realm. */
function isPlain(source: object, prototype: object | null): boolean {
  if (Array.isArray(source)) return Array.isArray(prototype)
  if (prototype === null) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

export interface DataCopy {
  readonly copy: unknown
  /** Whether it is frozen through and through. */
  readonly isFrozen: boolean
}

export interface DataGuard {
  /** Whether a part is a reference to an object, whatever it looks like. */
  readonly isReference: (part: object) => boolean
  /** Throws: a part, at a path below the whole, is no plain data. */
  readonly refuse: (part: object, path: string) => never
}

interface Pending {
  readonly source: Record<string, unknown>
  readonly target: Record<string, unknown>
  readonly path: string
}

/**
 * A deep copy of plain data, frozen where it can be. O(its parts).
 * @param guard without one the data is known to be plain
 */
export function copyOf(data: unknown, guard?: DataGuard): DataCopy {
  return new DataCopier(guard).copy(data)
}

class DataCopier {
  readonly #guard: DataGuard | undefined
  readonly #copies = new Map<object, object>()
  readonly #pending: Pending[] = []
  #isFrozen = true

  constructor(guard: DataGuard | undefined) {
    this.#guard = guard
  }

  copy(data: unknown): DataCopy {
    const copy = this.#part(data, '')
    const filled: object[] = []
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) {
      this.#fill(next)
      filled.push(next.target)
    }
    for (const target of filled) Object.freeze(target)
    return { copy, isFrozen: this.#isFrozen }
  }

  #fill({ source, target, path }: Pending): void {
    if (Object.getOwnPropertySymbols(source).length > 0) this.#guard?.refuse(source, `${path}[symbol]`)
    const isList = Array.isArray(target)
    if (isList) target.length = (source as unknown as unknown[]).length
    for (const key of Object.keys(source)) {
      const value = source[key]
      const isLeaf = value === null || (typeof value !== 'object' && typeof value !== 'function')
      const part = isLeaf ? value : this.#part(value, isList ? `${path}[${key}]` : `${path}.${key}`)
      if (key === '__proto__') Object.defineProperty(target, key, { value: part, enumerable: true })
      else target[key] = part
    }
  }

  #part(source: unknown, path: string): unknown {
    if (typeof source === 'function') return this.#guard?.refuse(source, path)
    if (typeof source !== 'object' || source === null) return source
    const known = this.#copies.get(source)
    if (known !== undefined) return known
    const copy = this.#shell(source, path)
    this.#copies.set(source, copy)
    return copy
  }

  /** The copy of one object, still to be filled. */
  #shell(source: object, path: string): object {
    if (this.#guard?.isReference(source)) this.#guard.refuse(source, path)
    const prototype = Object.getPrototypeOf(source) as object | null
    if (prototype !== null && isBuiltIn(source, prototype)) {
      this.#isFrozen = false
      const copy = copyBuiltIn(source)
      if (copy !== undefined) return copy
    }
    if (!isPlain(source, prototype)) this.#guard?.refuse(source, path)
    const target = (Array.isArray(source) ? [] : Object.create(prototype && Object.prototype)) as Pending['target']
    this.#pending.push({ source: source as Pending['source'], target, path })
    return target
  }
}
