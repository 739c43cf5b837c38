/**
 * The mesh of a cluster: joins two nodes by a message channel when one of them asks, and anew when that is gone.
 *
 * Both may ask for the same link at once, and who asks may not have had the last one yet. So each says how many it has had: when that
 * is fewer than were made, one is on its way to it, and there is nothing to do.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { messagePortLink } from '@holdfast/transport/message-port'
import { COORDINATOR } from '../names.js'
import type { LocalMember } from './local-member.js'
import type { WorkerMember } from './worker-member.js'

export class Wiring {
  readonly #members: ReadonlyMap<string, WorkerMember>
  /** How many links were made for each pair. */
  readonly #made = new Map<string, number>()
  coordinator: LocalMember | null = null

  constructor(members: readonly WorkerMember[]) {
    this.#members = new Map(members.map((member) => [member.name, member]))
  }

  /** @param links how many the asker has had to this peer */
  wire(from: string, to: string, links: number): void {
    const key = from < to ? `${from}|${to}` : `${to}|${from}`
    const made = this.#made.get(key) ?? 0
    if (links < made || this.#isGone(from) || this.#isGone(to)) return
    this.#made.set(key, made + 1)
    const { port1, port2 } = new MessageChannel()
    this.#give(from, to, port1)
    this.#give(to, from, port2)
  }

  #isGone(name: string): boolean {
    if (name === COORDINATOR) return this.coordinator?.isLost ?? true
    return this.#members.get(name)?.control.isGone ?? true
  }

  #give(name: string, peer: string, port: MessagePort): void {
    // A worker that is gone takes its port with it; whoever waits for it learns from its control.
    if (name === COORDINATOR) this.coordinator?.node.addLink(peer, messagePortLink(port))
    else
      this.#members
        .get(name)
        ?.addLink(peer, port)
        .catch(() => port.close())
  }
}
