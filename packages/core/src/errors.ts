/**
 * Whose fault it is decides the class: ours (`InvariantError`), the peer's (`ProtocolError`), the caller's (`UsageError`),
 * a limit's (`LimitError`). What the world does (loss, timeouts) is an event, not an error. `code` is stable;
 * errors travel as data (`toData`), since structured clone loses the class.
 */

/** What is left of an error once it has crossed to another node. */
export interface ErrorData {
  readonly name: string
  readonly code: string
  readonly message: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Base of every error that Holdfast throws. */
export abstract class HoldfastError extends Error {
  readonly code: string
  /** Plain facts about the case, structured-clonable. */
  readonly data: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, data: Readonly<Record<string, unknown>> = {}) {
    super(`${message} [${code}]`)
    // Each class says its name in so many letters: a bundler that minifies would take the one it has by itself.
    this.name = new.target.name
    this.code = code
    this.data = data
  }

  toData(): ErrorData {
    return { name: this.name, code: this.code, message: this.message, data: this.data }
  }
}

/** A bug of ours: state that must never exist. Never caught to go on; the node crashes loudly. */
export class InvariantError extends HoldfastError {
  static override readonly name = 'InvariantError'

  constructor(message: string, data?: Readonly<Record<string, unknown>>) {
    super('invariant', message, data)
  }
}

/** The peer broke the protocol: its session ends, nothing else is touched. */
export class ProtocolError extends HoldfastError {
  static override readonly name = 'ProtocolError'
}

/** The caller asked for something that cannot be done; nothing was changed. */
export class UsageError extends HoldfastError {
  static override readonly name = 'UsageError'
}

/** A configured limit was reached; nothing was changed. */
export class LimitError extends HoldfastError {
  static override readonly name = 'LimitError'
}
