/**
 * Takes down what happens to a node's collector and heap, until it is cut off as one entry. Whatever happens in one turn is in
 * one entry: a cut never lies within a turn, since turns are synchronous and cuts are made between them.
 */
import { ByteWriter } from '@holdfast/core'
import { OP } from './entry-format.js'

export class Recorder {
  #writer = new ByteWriter(1024)
  /** Answers to the collector's questions in the event under way. */
  readonly #answers: boolean[] = []
  #isMuted = false
  /** Something was written, and nothing since the last cut before. */
  onBegun: () => void = () => {}

  /** Bytes since the last cut. */
  get length(): number {
    return this.#writer.length
  }

  get isMuted(): boolean {
    return this.#isMuted
  }

  /** Where to write what has happened; null while nothing is taken down. */
  writer(): ByteWriter | null {
    if (this.#isMuted) return null
    if (this.#writer.length === 0) this.onBegun()
    return this.#writer
  }

  /** Nothing is taken down meanwhile: it is taken down otherwise, or was before. */
  quietly<Result>(code: () => Result): Result {
    const before = this.#isMuted
    this.#isMuted = true
    try {
      return code()
    } finally {
      this.#isMuted = before
    }
  }

  /** The answer to a question of the collector, taken down with the event that it asks in. */
  answered(answer: boolean): boolean {
    this.#answers.push(answer)
    return answer
  }

  /** The event was refused, and so nothing was asked. */
  forgetAnswers(): void {
    this.#answers.length = 0
  }

  /** Behind the event. */
  writeAnswers(writer: ByteWriter): void {
    for (const answer of this.#answers) writer.byte(answer ? OP.yes : OP.no)
    this.#answers.length = 0
  }

  /** Takes out what was written since the last cut. */
  cut(): Uint8Array {
    const entry = this.#writer.finish()
    this.#writer = new ByteWriter(1024)
    return entry
  }
}
