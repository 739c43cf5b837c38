/**
 * The rounds that a node holds as coordinator: on demand, and by itself if it is told over which nodes. One at a time is judged; whoever
 * asks meanwhile waits for the same outcome.
 */
import type { CollectorEffect } from '@holdfast/collector'
import { after, type Duration, type NodeId, UsageError } from '@holdfast/core'
import type { Clock } from '@holdfast/transport'
import type { Contacts } from './contacts.js'
import { type RoundPace, RoundSchedule } from './round-schedule.js'
import type { Turns } from './turns.js'

/** What a round of this node as coordinator came to. */
export interface RoundOutcome {
  /** Suspect exports that the nodes reported. */
  readonly suspects: number
  /** Those found to be garbage. */
  readonly condemned: number
  /** Nodes whose report did not come; what they hold stays. */
  readonly missing: readonly NodeId[]
  /** Nodes that are part of it by what the others have reported, and did not report: a round over them, too, may find more. */
  readonly unreported: readonly NodeId[]
}

/** How often a node holds rounds by itself, and over which nodes. */
export type OwnRounds = RoundPace & { readonly nodes: () => readonly NodeId[] }

/** What rounds need of their node. */
export interface RoundsContext {
  readonly self: NodeId
  readonly turns: Turns
  readonly contacts: Contacts
  readonly clock: Clock
  /** How long a report is waited for. */
  readonly term: Duration
  /** Gets what judges reports; null when it is there. */
  readonly load: () => Promise<void> | null
  /** None by itself when left out. */
  readonly own: OwnRounds | undefined
}

interface Waiter {
  readonly resolve: (outcome: RoundOutcome) => void
  readonly reject: (error: Error) => void
}

export class Rounds {
  readonly #context: RoundsContext
  readonly #waiting: Waiter[] = []
  readonly #schedule: RoundSchedule | null
  /** Of the round under way. */
  #cancelTimer: (() => void) | null = null

  constructor(context: RoundsContext) {
    this.#context = context
    this.#schedule = this.#scheduled()
    this.#schedule?.start()
  }

  /** A round over these nodes. Those without a session are waited for, a term at most. @throws UsageError `closed`; what loading throws */
  async hold(nodes: readonly NodeId[]): Promise<RoundOutcome> {
    await Promise.all(this.#contact(nodes))
    return this.#begin(nodes)
  }

  judged({ suspects, condemned, missing, unreported }: Extract<CollectorEffect, { type: 'judged' }>): void {
    this.#stopTimer()
    for (const { resolve } of this.#waiting.splice(0)) resolve({ suspects, condemned, missing, unreported })
  }

  /** Memory is short. */
  press(): void {
    this.#schedule?.press()
  }

  /** No more rounds; who waits for one is told. */
  stop(): void {
    this.#schedule?.stop()
    this.#stopTimer()
    for (const { reject } of this.#waiting.splice(0)) reject(closed())
  }

  async #begin(nodes: readonly NodeId[]): Promise<RoundOutcome> {
    const { turns, clock, term, load } = this.#context
    const coming = load()
    if (coming !== null) await coming
    if (turns.isOver) throw closed()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#stopTimer()
      // Of a node that lives and does not report, no more is to be expected: what there is is judged.
      this.#cancelTimer = clock.schedule(after(clock.now(), term), () => turns.step({ type: 'judge' }))
      turns.step({ type: 'begin-round', nodes })
    })
  }

  /** Asks for sessions with those of the nodes that have none. */
  #contact(nodes: readonly NodeId[]): Promise<unknown>[] {
    const { self, contacts } = this.#context
    return nodes.filter((node) => node !== self).map((node) => contacts.settled(node))
  }

  #scheduled(): RoundSchedule | null {
    const { clock, own } = this.#context
    if (own === undefined) return null
    const { nodes, ...pace } = own
    return new RoundSchedule({
      clock,
      ...pace,
      round: async () => {
        const all = nodes()
        if (all.length === 0) return 0
        // Whoever can't be reached is missing in this round: waiting would count as work, and make rounds rare for all.
        void Promise.allSettled(this.#contact(all))
        return (await this.#begin(all)).condemned
      },
    })
  }

  #stopTimer(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = null
  }
}

const closed = (): UsageError => new UsageError('closed', 'the node was closed before the round was over')
