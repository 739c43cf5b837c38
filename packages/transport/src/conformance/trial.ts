/** One test of the suite with its connection. */
import { HoldfastError } from '@holdfast/core'
import type { Link } from '../link.js'
import { LinkRecorder } from './link-recorder.js'

/** What the suite needs of a test runner. */
export interface TestTools {
  describe(title: string, body: () => void): void
  test(title: string, body: () => Promise<void>): void
  readonly expect: (actual: unknown) => { toEqual(expected: unknown): void }
}

/** A connection under test. */
export interface LinkPair {
  readonly a: Link
  readonly b: Link
  settle(): Promise<void>
  dispose(): Promise<void>
}

export interface TransportUnderTest {
  readonly name: string
  connect(): Promise<LinkPair>
}

/** Tests by title. */
export type Cases = Readonly<Record<string, (trial: Trial) => Promise<void>>>

/** How often time may pass before something missing counts as lost. */
const SETTLE_ROUNDS = 2_000

export class Trial {
  readonly a: Link
  readonly b: Link
  readonly expect: TestTools['expect']
  readonly #pair: LinkPair

  constructor(expect: TestTools['expect'], pair: LinkPair) {
    this.expect = expect
    this.#pair = pair
    this.a = pair.a
    this.b = pair.b
  }

  /** Starts an end and records what happens there. */
  record(link: Link, onFrame?: () => void): LinkRecorder {
    return new LinkRecorder(link, onFrame)
  }

  settle(): Promise<void> {
    return this.#pair.settle()
  }

  /** Lets time pass until the condition holds or the rounds run out, and a little more: for what is one too many. */
  async until(condition: () => boolean): Promise<void> {
    for (let round = 0; round < SETTLE_ROUNDS && !condition(); round++) await this.settle()
    await this.settle()
  }

  /** On a reliable link what was sent arrives, in order and once; on another, nothing that was not sent. */
  async expectArrived(at: LinkRecorder, sent: readonly Uint8Array[]): Promise<void> {
    if (this.a.reliable) {
      await this.until(() => at.frames.length >= sent.length)
      const wrong = at.frames.findIndex((frame, index) => !isSame(frame, sent[index]))
      this.expect({ arrived: at.frames.length, wrong }).toEqual({ arrived: sent.length, wrong: -1 })
      return
    }
    await this.settle()
    const known = new Set(sent.map(String))
    this.expect(at.frames.filter((frame) => !known.has(String(frame)))).toEqual([])
  }

  /** Every end given was told once that it is over, last of all, and for that reason. */
  async expectClosed(...ends: readonly { at: LinkRecorder; reason: string }[]): Promise<void> {
    await this.until(() => ends.every(({ at }) => at.reasons.length > 0))
    this.expect(ends.map(({ at }) => at.reasons)).toEqual(ends.map(({ reason }) => [reason]))
    this.expect(ends.map(({ at }) => at.framesAfterClose)).toEqual(ends.map(() => 0))
  }

  /** The call throws an error of Holdfast's with this name and code. */
  expectError(call: () => void, name: string, code: string): void {
    let thrown: unknown = null
    try {
      call()
    } catch (error) {
      thrown = error
    }
    const found = thrown instanceof HoldfastError ? { name: thrown.name, code: thrown.code } : thrown
    this.expect(found).toEqual({ name, code })
  }

  async dispose(): Promise<void> {
    this.a.close()
    this.b.close()
    await this.#pair.dispose()
  }
}

function isSame(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((byte, index) => byte === b[index])
}
