/**
 * Classes of errors by name: a peer says which class an error had, and only classes from a list are ever made of that.
 */
import { InvariantError, LimitError, ProtocolError, UsageError } from '@holdfast/core'

/** By name. */
export type ErrorClasses = Readonly<Record<string, abstract new (...args: never) => Error>>

/** Those of the language. */
export const BUILTIN_ERRORS: ErrorClasses = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
}

/** Those of Holdfast's core. */
export const HOLDFAST_ERRORS: ErrorClasses = { InvariantError, LimitError, ProtocolError, UsageError }

/** Also those of other realms. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || (typeof value === 'object' && value !== null && tagOf(value) === 'Error')
}

/** What `Object.prototype.toString` says. Objects can lie about it. */
export function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}

/** The name of an object's class; '' when it has none. */
export function classNameOf(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { readonly constructor?: { readonly name?: unknown } } | null
  const name = prototype?.constructor?.name
  return typeof name === 'string' ? name : ''
}

/** The nearest class of the language that an error is an instance of. */
export function builtinOf(error: object): string {
  for (let at: object | null = error; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const name = classNameOf(at)
    if (Object.hasOwn(BUILTIN_ERRORS, name)) return name
  }
  return 'Error'
}

/** An error of a listed class, without running the class's constructor; undefined when the class is not listed. */
export function makeError(classes: ErrorClasses, name: string): Error | undefined {
  if (!Object.hasOwn(classes, name)) return undefined
  return Reflect.construct(Error, [], classes[name]) as Error
}

/** Sets what constructors of errors set: a property that does not show when the error is printed or copied. */
export function setHidden(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: false })
}
