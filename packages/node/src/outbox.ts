/**
 * The program's messages on their way out: to each node in the order in which they were made. What can't go yet waits, and everything
 * behind it to the same node with it: for a session, or, where a message gives a reference away, until the owner has acknowledged
 * that this node holds it (`suspended`, `gift-depth`).
 *
 * Whatever waits ends: it is sent, or given up when what it names breaks, when its session ends, or when the node is silent.
 */
import { LimitError, type NodeId, UsageError } from '@holdfast/core'
import type { Clock } from '@holdfast/transport'
import type { Contacts } from './contacts.js'
import type { Turns } from './turns.js'

/** Why a message is not sent: an error of `send`, or what happened to whom it was for. */
export type GiveUpReason = Error | 'broken' | 'unreachable' | 'closed'

/** A message that is to be sent once. */
export interface Outgoing {
  readonly peer: NodeId
  /** What it depends on: the session in which it answers, a session with the node, or an imported object. */
  readonly needs: 'this-session' | 'node' | 'import'
  /** Whether something that it names has broken: it can't be sent any more. */
  readonly isHopeless: () => boolean
  /** @throws as `Collector.step`; then nothing was sent */
  readonly send: () => void
  /** It will not be sent. */
  readonly giveUp: (reason: GiveUpReason) => void
}

/** What the outbox needs of its node. */
export interface OutboxContext {
  readonly contacts: Contacts
  readonly turns: Turns
  readonly clock: Clock
  /** How many messages may wait for one node. */
  readonly limit: number
}

export class Outbox {
  readonly #context: OutboxContext
  readonly #queues = new Map<NodeId, Outgoing[]>()
  /** Nodes whose session is waited for. */
  readonly #awaited = new Set<NodeId>()

  constructor(context: OutboxContext) {
    this.#context = context
  }

  /** How many messages wait. O(nodes waited for). */
  get size(): number {
    if (this.#queues.size === 0) return 0
    let size = 0
    for (const queue of this.#queues.values()) size += queue.length
    return size
  }

  /**
   * Sends a message now or as soon as it may go.
   * @throws LimitError `too-many-waiting`; as `Outgoing.send`, unless the reason is one to wait for
   */
  send(message: Outgoing): void {
    const { contacts, limit } = this.#context
    const { peer } = message
    const queue = this.#queues.get(peer)
    if (queue === undefined && contacts.isConnected(peer) && hasGone(message)) return
    if (queue !== undefined && queue.length >= limit) {
      throw new LimitError('too-many-waiting', 'too many messages wait for this node', { node: peer })
    }
    if (queue === undefined) this.#queues.set(peer, [message])
    else queue.push(message)
    if (!contacts.isConnected(peer)) this.#await(message)
  }

  /** Whether messages to a node wait: others go behind them. */
  hasQueue(peer: NodeId): boolean {
    return this.#queues.size > 0 && this.#queues.has(peer)
  }

  /** Sends what may go by now. @returns whether anything has left its queue */
  resume(): boolean {
    if (this.#queues.size === 0) return false
    let hasMoved = false
    for (const peer of this.#queues.keys()) {
      while (this.#context.contacts.isConnected(peer) && this.#sendFirst(peer)) hasMoved = true
    }
    return hasMoved
  }

  /** Gives up what names something that has broken. O(messages that wait). */
  prune(): void {
    this.#giveUp((message) => message.isHopeless(), 'broken')
  }

  /** Gives up the answers to a session that ended, and what was to go to a node that has fallen silent. */
  sessionEnded(peer: NodeId): void {
    const isSilent = this.#context.contacts.isSilent(peer)
    this.#giveUp(
      ({ peer: to, needs }) => to === peer && (needs === 'this-session' || (isSilent && needs === 'node')),
      'unreachable',
    )
  }

  /** Gives up whatever waits for a node. */
  givenUp(peer: NodeId): void {
    this.#giveUp((message) => message.peer === peer, 'unreachable')
  }

  /** Gives up everything. */
  end(): void {
    this.#giveUp(() => true, 'closed')
  }

  /** @returns whether there was one, and it has left its queue */
  #sendFirst(peer: NodeId): boolean {
    const queue = this.#queues.get(peer)
    if (queue === undefined) return false
    const [message] = queue
    let failure: Error | null = null
    try {
      if (!hasGone(message)) return false
    } catch (error) {
      failure = error as Error
    }
    queue.shift()
    if (queue.length === 0) this.#queues.delete(peer)
    if (failure !== null) message.giveUp(failure)
    return true
  }

  #await({ peer, needs }: Outgoing): void {
    const { contacts, turns, clock } = this.#context
    if (needs === 'node' && contacts.isSilent(peer)) {
      contacts.retry(peer)
      // At once, but not within the call.
      clock.schedule(clock.now(), () => {
        if (!contacts.isConnected(peer)) turns.act(() => this.#giveUpWaitingFor(peer))
      })
    } else if (!this.#awaited.has(peer)) {
      this.#awaited.add(peer)
      contacts.await(peer, (isOpen) => {
        this.#awaited.delete(peer)
        if (!isOpen) this.#giveUpWaitingFor(peer)
      })
    }
  }

  #giveUpWaitingFor(node: NodeId): void {
    this.#giveUp(({ peer, needs }) => peer === node && needs !== 'import', 'unreachable')
  }

  #giveUp(isMeant: (message: Outgoing) => boolean, reason: GiveUpReason): void {
    const given: Outgoing[] = []
    for (const [peer, queue] of this.#queues) {
      const left: Outgoing[] = []
      for (const message of queue) (isMeant(message) ? given : left).push(message)
      if (left.length === 0) this.#queues.delete(peer)
      else if (left.length < queue.length) this.#queues.set(peer, left)
    }
    // Afterwards: whoever hears of it may send something else.
    for (const message of given) message.giveUp(reason)
  }
}

const WAITS = new Set(['no-session', 'suspended', 'gift-depth'])

/** Whether what was thrown says that a message has to wait. */
export function isReasonToWait(error: unknown): boolean {
  return (error instanceof UsageError || error instanceof LimitError) && WAITS.has(error.code)
}

/** Sends a message unless it has to wait. @throws what is no reason to wait */
function hasGone(message: Outgoing): boolean {
  try {
    message.send()
    return true
  } catch (error) {
    if (isReasonToWait(error)) return false
    throw error
  }
}
