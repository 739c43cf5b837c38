/** How time passes in a world: true time is one, and each node's clock may run at a rate of its own. */
import { type Duration, type Instant, instant } from '@holdfast/core'
import type { World } from './world.js'
import type { WorldNode } from './world-node.js'

/** Acknowledgements and repetitions come sooner than this. */
const SOON_MS = 1000

/** Where leases are short, they come sooner than this, and a lease's own messages seldom. */
const SOON_WITH_FAULTS_MS = 50

const MAX_TURNS = 1_000_000

export interface TimeOptions {
  readonly hasFaults: boolean
  /** How fast the clocks of nodes run that are not right. */
  readonly rates: Readonly<Record<string, number>>
}

export class WorldTime {
  readonly #world: World
  readonly #options: TimeOptions
  /** True time. */
  now = instant(0)
  /** Nodes that neither act nor hear. */
  readonly asleep = new Set<string>()

  constructor(world: World, options: TimeOptions) {
    this.#world = world
    this.#options = options
  }

  /** What a node's clock shows. */
  shownTo(name: string): Instant {
    return instant(this.now * this.#rateOf(name))
  }

  /** Every node that something is due for does it. */
  advance(ms: Duration): void {
    this.now = instant(this.now + ms)
    for (const { name, collector } of this.#awake()) {
      const deadline = collector.nextDeadline()
      if (deadline !== null && deadline <= this.shownTo(name)) this.#world.step(name, { type: 'deadline' })
    }
    this.#world.checkLapses()
  }

  later(ms: Duration): void {
    const until = this.now + ms
    for (let turns = 0; ; turns++) {
      if (turns > MAX_TURNS) throw new Error('something is due all the time')
      this.#deliverAll()
      const next = Math.min(until, this.#nextDeadline())
      if (this.now >= until && next >= until) break
      this.advance(Math.max(0, next - this.now))
    }
  }

  settle(): void {
    const until = this.#options.hasFaults ? this.now + SOON_WITH_FAULTS_MS : Number.POSITIVE_INFINITY
    for (;;) {
      this.#deliverAll()
      const next = this.#nextDeadline()
      const wait = Math.max(0, next - this.now)
      if (!(wait <= SOON_MS) || next > until) return
      this.advance(wait)
    }
  }

  #deliverAll(): void {
    const world = this.#world
    for (let busy = world.busyWires(); busy.length > 0; busy = world.busyWires()) {
      for (const [from, to] of busy) if (world.isBusy(from, to)) world.deliver(from, to)
    }
  }

  #awake(): WorldNode[] {
    return [...this.#world.nodes.values()].filter(({ name }) => !this.asleep.has(name))
  }

  /** In true time; infinite for none. */
  #nextDeadline(): number {
    let next = Number.POSITIVE_INFINITY
    for (const { name, collector } of this.#awake()) {
      const deadline = collector.nextDeadline()
      if (deadline !== null) next = Math.min(next, this.#whenShows(name, deadline))
    }
    return next
  }

  /** When a node's clock shows a time, or has shown it. */
  #whenShows(name: string, time: Instant): number {
    let at = time / this.#rateOf(name)
    while (at * this.#rateOf(name) < time) at += at * Number.EPSILON
    return at
  }

  #rateOf(name: string): number {
    return this.#options.rates[name] ?? 1
  }
}
