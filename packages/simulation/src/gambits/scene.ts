/**
 * Who plays a gambit, and what they do: each method is a sentence of the story, made of a few actions. What is under way stays under
 * way unless a sentence says that it arrives. Between the sentences the rest of the world may do something, and now and then a
 * sentence is left out: so a gambit is another one each time.
 */
import type { Action, Label, NodeName } from '../action.js'
import type { SimulatedNode } from '../simulated-node.js'
import type { Stage } from '../stage.js'
import { thingOf } from '../thing.js'

/** More than a handshake takes. */
const HANDSHAKE_FRAMES = 12
/** Verdicts on a node that may be repeated. */
const VERDICTS = 12
const LEFT_OUT = 0.02
/** How often the rest of the world does something before an action: not at all in most gambits. */
const DRIFTS = [0, 0, 0, 0.05, 0.25]

export class Scene {
  readonly players: readonly NodeName[]
  readonly judge: NodeName
  readonly #stage: Stage
  readonly #drift: number

  /** @param players in the order of their parts */
  constructor(stage: Stage, players: readonly NodeName[]) {
    this.#stage = stage
    this.players = players
    const { judges, nodes } = stage.world.options
    this.judge = judges[0] ?? nodes[0]
    this.#drift = stage.random.pick(DRIFTS)
  }

  get times(): { readonly term: number; readonly quarantine: number } {
    const { ownerTerm: term, quarantine } = this.#stage.world.leases
    return { term, quarantine }
  }

  /** All players have a session with each other and with who judges, and nothing is in the way. */
  gathers(): void {
    const all = [...this.players, this.judge]
    for (const a of all) {
      for (const b of all) {
        if (a === b) continue
        this.frees(a, b)
        if (this.#node(a).viewOf(this.#node(b)) === null) this.meets(a, b)
      }
    }
    this.#stage.settle()
  }

  either(chance = 0.5): boolean {
    return this.#stage.random.chance(chance)
  }

  creates(at: NodeName): Label {
    return this.#stage.create(at)
  }

  links(at: NodeName, from: Label, to: Label): void {
    this.#do({ do: 'refer', at, from, to })
  }

  /** A reference is under way: a grant, or a gift if it is another's. */
  sends(from: NodeName, label: Label, to: NodeName): void {
    this.#do({ do: 'publish', from, to, references: [label] })
  }

  /** ... and arrives. */
  gives(from: NodeName, label: Label, to: NodeName): void {
    this.sends(from, label, to)
    this.arrives(from, to)
  }

  /** A call is under way. */
  uses(from: NodeName, to: Label, ...references: Label[]): void {
    this.#do({ do: 'send', from, to, references })
  }

  says(from: NodeName, to: NodeName): void {
    this.#do({ do: 'publish', from, to, references: [] })
  }

  /** All that is under way from one to another arrives. */
  arrives(from: NodeName, to: NodeName): void {
    const { network } = this.#stage.world
    const [a, b] = [this.#node(from).place, this.#node(to).place]
    for (let left = network.frames(a, b)?.length ?? 0; left > 0; left--) this.#do({ do: 'deliver', from, to, at: 0 })
  }

  /** Of all that is under way, the first. */
  hearsOne(from: NodeName, to: NodeName): void {
    this.#do({ do: 'deliver', from, to, at: 0 })
  }

  /** A program holds these no longer. */
  letsGo(at: NodeName, ...labels: Label[]): void {
    for (const what of labels) {
      for (let left = this.#holds(at, what); left > 0; left--) this.#do({ do: 'let-go', at, what })
    }
  }

  /** What is dropped by it is under way. */
  collects(at: NodeName): void {
    this.#do({ do: 'collect', at })
    this.#do({ do: 'finalize', at, which: 'all' })
  }

  reports(at: NodeName): void {
    this.#do({ do: 'report', at, to: this.judge })
    this.arrives(at, this.judge)
  }

  /** Traces, takes in what is under way, and reports. */
  reportsLate(at: NodeName): void {
    this.#do({ do: 'report-late', at, to: this.judge, frames: 4 })
    this.arrives(at, this.judge)
  }

  /** The verdict reaches these; what the others are told is under way. */
  judges(...owners: NodeName[]): void {
    this.#do({ do: 'judge', at: this.judge })
    for (const owner of owners) this.arrives(this.judge, owner)
  }

  /** A verdict of before comes again. */
  repeatsVerdicts(to: NodeName): void {
    for (let n = 0; n < VERDICTS; n++) this.#do({ do: 'repeat', by: this.judge, to, n })
    this.arrives(this.judge, to)
  }

  /** The first ends its session with the second, who hears of it; what was under way to the first is lost. */
  fallout(a: NodeName, b: NodeName): void {
    this.#do({ do: 'garble', from: b, to: a })
    this.arrives(a, b)
  }

  /** A new link, and a session on it; what is then said is under way. */
  meets(a: NodeName, b: NodeName): void {
    this.#do({ do: 'link', a, b })
    for (let frame = 0; frame < HANDSHAKE_FRAMES && !this.#isJoined(a, b); frame++) {
      const [from, to] = frame % 2 === 0 ? [a, b] : [b, a]
      this.#do({ do: 'deliver', from, to, at: 0 })
    }
  }

  /** One asks the other for a session, over the link that they have or a new one; the question is under way. */
  asks(from: NodeName, to: NodeName): void {
    this.#do({ do: 'link', a: from, b: to })
  }

  /** Nothing gets through from one to the other. */
  holds(from: NodeName, to: NodeName): void {
    this.#do({ do: 'block', from, to })
  }

  frees(from: NodeName, to: NodeName): void {
    const { network } = this.#stage.world
    if (network.isBlocked(this.#node(from).place, this.#node(to).place)) this.#do({ do: 'unblock', from, to })
  }

  /** Their link breaks, and there is no other. */
  parts(a: NodeName, b: NodeName): void {
    this.#do({ do: 'reset', a, b, told: 'both' })
    this.holds(a, b)
    this.holds(b, a)
  }

  /** There may be a link again, and is one. */
  finds(a: NodeName, b: NodeName): void {
    this.frees(a, b)
    this.frees(b, a)
    this.meets(a, b)
  }

  /** An owner ends its session with a holder and removes what it held, before they meet again. */
  forgets(owner: NodeName, holder: NodeName): void {
    this.#do({ do: 'garble', from: holder, to: owner })
    this.parts(owner, holder)
    this.later(this.times.quarantine * 1.05)
  }

  /** Time passes; all that is not held arrives. */
  later(ms: number): void {
    this.#do({ do: 'pass', ms: Math.ceil(ms), moving: true })
  }

  crashes(at: NodeName): void {
    this.#do({ do: 'crash', at })
  }

  restarts(at: NodeName): void {
    this.#do({ do: 'restart', at })
  }

  /** What was under way on an earlier link comes after all. */
  comesLate(from: NodeName, to: NodeName): void {
    const late = this.#stage.world.network.lateFrames(this.#node(from).place, this.#node(to).place)
    for (let left = late.length; left > 0; left--) this.#do({ do: 'late-frame', from, to, at: 0 })
  }

  /** For how long a node's view of its session with another lasts, if nothing renews it. */
  untilViewEnds(at: NodeName, peer: NodeName): number {
    const node = this.#node(at)
    const session = node.collector.sessionWith(this.#node(peer).id)
    return session === null ? 0 : Math.max(0, session.endsAt - node.localTime)
  }

  settles(): void {
    this.#stage.settle()
  }

  #do(action: Action): void {
    const { random } = this.#stage
    if (this.#drift > 0) {
      if (random.chance(this.#drift)) this.#stage.elsewhere?.()
      if (random.chance(LEFT_OUT)) return
    }
    this.#stage.do(action)
  }

  #holds(at: NodeName, label: Label): number {
    return this.#node(at).roots.filter((root) => thingOf(root).label === label).length
  }

  #isJoined(a: NodeName, b: NodeName): boolean {
    const [one, other] = [this.#node(a), this.#node(b)]
    const view = one.viewOf(other)
    return view !== null && view.number === other.viewOf(one)?.number
  }

  #node(name: NodeName): SimulatedNode {
    return this.#stage.node(name)
  }
}
