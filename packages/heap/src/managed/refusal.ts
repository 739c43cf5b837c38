/** What is said of a value that cannot be kept in a field. */
import { UsageError } from '@holdfast/core'

/** Where a value was to be kept. */
export interface Place {
  readonly className: string
  readonly field: string
}

/**
 * An error naming class and field. Its stack is written at once: until then an error keeps the receivers of its frames,
 * and with them a representative, alive.
 */
export function refusal(code: string, reason: string, place: Place): UsageError {
  const error = new UsageError(code, `${place.className}.${place.field}: ${reason}`, { ...place })
  void error.stack
  return error
}

/** The name of an object's class, for messages. Asks nothing of a proxy that the prototype does not answer. */
export function classNameOf(prototype: object | null): string {
  const constructor: unknown = prototype === null ? null : Reflect.get(prototype, 'constructor')
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'Object'
}
