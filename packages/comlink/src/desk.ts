/** Where other nodes get what is exposed to them: each ticket is good for one object, once. */
import { UsageError } from '@holdfast/core'
import { byReference, type HoldfastNode } from '@holdfast/node'
import { randomName } from './handshake.js'

/** The name that the desk is published by. */
export const DESK = 'comlink'

/** As other nodes see it. */
export interface RemoteDesk {
  take(ticket: string): object
}

export class Desk {
  /** What gives the object for a ticket. */
  readonly #tickets = new Map<string, () => object>()

  constructor(node: HoldfastNode) {
    const desk: RemoteDesk = { take: (ticket) => this.#take(ticket) }
    node.publish(DESK, byReference(desk))
  }

  issue(give: () => object): string {
    const ticket = randomName()
    this.#tickets.set(ticket, give)
    return ticket
  }

  withdraw(tickets: Iterable<string>): void {
    for (const ticket of tickets) this.#tickets.delete(ticket)
  }

  #take(ticket: string): object {
    const give = this.#tickets.get(ticket)
    if (give === undefined) throw new UsageError('not-exposed', 'what was exposed here is no more')
    this.#tickets.delete(ticket)
    return give()
  }
}
