/**
 * Errors as plain data, and back. The class of an error does not survive a copy: the receiver makes an error of the
 * class of the same name if it knows one, and otherwise keeps the name.
 */
import { HoldfastError } from '@holdfast/core'
import { encodeValue } from './encode-value.js'
import {
  BUILTIN_ERRORS,
  builtinOf,
  classNameOf,
  type ErrorClasses,
  HOLDFAST_ERRORS,
  isError,
  makeError,
  setHidden,
} from './error-class.js'
import { malformedValue } from './value-format.js'

/** What of a thrown value goes to another node: plain data. */
export interface ErrorValue {
  /** Name of its class; '' for something thrown that is no Error. */
  readonly class: string
  /** The nearest class of the language that it is an instance of. */
  readonly base: string
  readonly name: string
  readonly message: string
  readonly stack: string
  readonly code?: string | number
  /** Of a HoldfastError: as much as can be copied. */
  readonly data?: Readonly<Record<string, unknown>>
  readonly cause?: ErrorValue
  /** Of an AggregateError. */
  readonly errors?: readonly ErrorValue[]
  /** What was thrown that is no Error, if it can be copied. */
  readonly value?: unknown
}

/** How many causes of causes, or errors of errors, are kept. */
const MAX_DEPTH = 8
/** How many errors are kept in all: they may refer to each other as they like. */
const MAX_ERRORS = 64

interface Budget {
  left: number
}

/**
 * Whatever was thrown, as data. Never throws. Reads `.stack`, of causes as well: V8 keeps what an error's stack frames
 * were called on until then.
 */
export function toErrorValue(error: unknown): ErrorValue {
  return describe(error, { left: MAX_ERRORS - 1 }, 0)
}

function describe(error: unknown, budget: Budget, depth: number): ErrorValue {
  try {
    return isError(error) ? describeError(error, budget, depth) : describeThrown(error)
  } catch {
    // Getters, proxies and objects without toString can throw.
    return { class: 'Error', base: 'Error', name: 'Error', message: 'an error that cannot be read', stack: '' }
  }
}

function describeError(error: Error, budget: Budget, depth: number): ErrorValue {
  const { name, message, stack, cause } = error
  const { code, errors } = error as { code?: unknown; errors?: unknown }
  return {
    class: classNameOf(error) || 'Error',
    base: builtinOf(error),
    name: String(name),
    message: String(message),
    stack: String(stack ?? ''),
    ...(isCode(code) && { code }),
    ...(error instanceof HoldfastError && { data: onlyClonable(error.data) }),
    ...(cause !== undefined && take(budget, depth) && { cause: describe(cause, budget, depth + 1) }),
    ...(Array.isArray(errors) && {
      errors: errors.filter(() => take(budget, depth)).map((inner) => describe(inner, budget, depth + 1)),
    }),
  }
}

function describeThrown(value: unknown): ErrorValue {
  const known = { class: '', base: 'Error', name: 'Error', message: String(value), stack: '' }
  return isClonable(value) ? { ...known, value } : known
}

/**
 * The error that stands here for one that was thrown on another node: with `code`, `cause` and `remoteStack`.
 *
 * @param value what `toErrorValue` made, as it arrived
 * @param note where it was thrown, for the stack: `node bob`
 * @param classes further ones that are known by name here
 * @throws ProtocolError `malformed-value`
 */
export function fromErrorValue(value: unknown, note: string, classes: ErrorClasses = {}): Error {
  return new Reviver(note, { ...BUILTIN_ERRORS, ...HOLDFAST_ERRORS, ...classes }).revive(value, 0)
}

class Reviver {
  readonly #note: string
  readonly #classes: ErrorClasses
  readonly #budget: Budget = { left: MAX_ERRORS - 1 }

  constructor(note: string, classes: ErrorClasses) {
    this.#note = note
    this.#classes = classes
  }

  revive(value: unknown, depth: number): Error {
    const sent = checked(value)
    const known = makeError(this.#classes, sent.class)
    const error = known ?? makeError(BUILTIN_ERRORS, sent.base) ?? new Error(sent.message)
    // An unknown class is known by its name at least, unless its errors were given a better one.
    const name = known === undefined && sent.class !== '' && sent.name === error.name ? sent.class : sent.name
    if (name !== error.name) setHidden(error, 'name', name)
    setHidden(error, 'message', sent.message)
    setHidden(error, 'remoteStack', sent.stack)
    setHidden(error, 'stack', `${name}: ${sent.message}\n--- on ${this.#note} ---\n${sent.stack}`)
    if (error instanceof HoldfastError) Object.assign(error, { code: sent.code ?? 'unknown', data: sent.data ?? {} })
    else if (sent.code !== undefined) Object.assign(error, { code: sent.code })
    this.#reviveOthers(error, sent, depth)
    return error
  }

  #reviveOthers(error: Error, sent: ErrorValue, depth: number): void {
    if (sent.class === '' && 'value' in sent) setHidden(error, 'cause', sent.value)
    if (sent.cause !== undefined && take(this.#budget, depth)) {
      setHidden(error, 'cause', this.revive(sent.cause, depth + 1))
    }
    if (sent.errors === undefined) return
    const errors = sent.errors.filter(() => take(this.#budget, depth)).map((inner) => this.revive(inner, depth + 1))
    setHidden(error, 'errors', errors)
  }
}

/** Whether there is room for one more, a level deeper. */
function take(budget: Budget, depth: number): boolean {
  return depth < MAX_DEPTH && budget.left-- > 0
}

function checked(value: unknown): ErrorValue {
  if (typeof value !== 'object' || value === null) throw malformedValue('no error')
  const sent = value as Record<string, unknown>
  const isSound =
    ['class', 'base', 'name', 'message', 'stack'].every((key) => typeof sent[key] === 'string') &&
    (sent['code'] === undefined || isCode(sent['code'])) &&
    (sent['data'] === undefined || (typeof sent['data'] === 'object' && sent['data'] !== null)) &&
    (sent['errors'] === undefined || Array.isArray(sent['errors']))
  if (!isSound) throw malformedValue('no error')
  return value as ErrorValue
}

function isCode(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}

function onlyClonable(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => isClonable(value)))
}

function isClonable(value: unknown): boolean {
  try {
    encodeValue(value, () => null)
    return true
  } catch {
    return false
  }
}
