import { HoldfastError } from '@holdfast/core'

/**
 * A connection could not be made, or nobody can listen as asked. What the world does, and neither side's mistake.
 * Codes: `connect-failed`, `connect-timed-out`, `listen-failed`.
 */
export class ConnectionError extends HoldfastError {
  static override readonly name = 'ConnectionError'
}
