import { InvariantError } from './errors.js'

/** States what must hold. @throws InvariantError when it does not: a bug of ours. */
export function assert(
  condition: boolean,
  message: string,
  data?: Readonly<Record<string, unknown>>,
): asserts condition {
  if (!condition) throw new InvariantError(message, data)
}

/** Reports what must never be, for loops too hot to build `assert`'s facts each time round. @throws InvariantError always */
export function fail(message: string, data?: Readonly<Record<string, unknown>>): never {
  throw new InvariantError(message, data)
}
