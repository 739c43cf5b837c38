/** Reports and verdicts of honest nodes that were processed: what may come once more, late. Reports are whole, whatever parts they came in. */
import type { Message, ReportMessage } from '@holdfast/core'
import type { SimulatedNode } from './simulated-node.js'

/** So many are remembered. */
const MAX_PAST = 24

export interface Past {
  readonly message: Message
  readonly by: SimulatedNode
  readonly to: SimulatedNode
}

export class PastMessages {
  readonly #past: Past[] = []
  /** The parts so far of a report from one node to another. */
  #parts: Past[] = []

  /** Those that are remembered, the oldest first. */
  get all(): readonly Past[] {
    return this.#past
  }

  /** Something was processed. */
  add(past: Past): void {
    const { message } = past
    if (message.type !== 'dgc:report' || (message.part === 0 && !message.more)) this.#remember(past)
    else this.#addPart(past, message)
  }

  #addPart(past: Past, message: ReportMessage): void {
    const isOfIt = ({ by, to }: Past): boolean => by === past.by && to === past.to
    const before = message.part === 0 ? [] : this.#parts.filter(isOfIt)
    this.#parts = this.#parts.filter((each) => !isOfIt(each))
    // Those before it were sent in a session that has ended, or it was the answer to a lie.
    if (before.length !== message.part) return
    const all = [...before, past]
    if (message.more) this.#parts.push(...all)
    else this.#remember({ ...past, message: { ...message, part: 0, report: joined(all) } })
  }

  #remember(past: Past): void {
    this.#past.push(past)
    if (this.#past.length > MAX_PAST) this.#past.shift()
  }
}

const joined = (parts: readonly Past[]): Uint8Array =>
  Uint8Array.from(parts.flatMap(({ message }) => (message.type === 'dgc:report' ? [...message.report] : [])))
