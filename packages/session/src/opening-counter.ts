/**
 * Where session numbers come from: one counter per incarnation, shared by all its channels, never reset and raised to every
 * number seen, so that no number is used twice between two incarnations, even after both forgot each other.
 * Source: docs/protocol.md, section 1.
 */
import { assert, ProtocolError } from '@holdfast/core'

/** How far a peer's number may be ahead: no honest one is, and a hostile one must not use the numbers up for everybody. */
const MAX_JUMP = 2 ** 32

export class OpeningCounter {
  #value = 0

  /** The highest number drawn or seen. */
  get value(): number {
    return this.#value
  }

  /** Draws a number that was never used. */
  next(): number {
    assert(this.#value < Number.MAX_SAFE_INTEGER, 'session numbers are used up')
    return ++this.#value
  }

  /** @throws ProtocolError `bad-number` for a number no honest peer can have reached */
  check(number: number): void {
    if (number > this.#value + MAX_JUMP || number >= Number.MAX_SAFE_INTEGER) {
      throw new ProtocolError('bad-number', 'a session number far above every other', { number, counter: this.#value })
    }
  }

  /** Raises the counter to a number that a peer has used. @throws ProtocolError `bad-number` */
  see(number: number): void {
    this.check(number)
    if (number > this.#value) this.#value = number
  }
}
