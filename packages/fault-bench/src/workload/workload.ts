/** What a member does all the time: makes, hands on, calls, ties into cycles, lets go of, collects. */
import { setImmediate as macrotask } from 'node:timers/promises'
import type { Random } from '@holdfast/core'
import type { HoldfastNode, Remote } from 'holdfast'
import { Arrivals } from './arrivals.js'
import { Attempts, type Trouble } from './attempts.js'
import { type Desk, Desks } from './desk.js'
import type { Flaw } from './flaw.js'
import { Hand, type Held } from './hand.js'
import { OwnThings } from './own-things.js'
import { type SpanData, Spans } from './spans.js'
import { deskTag, isPlain, type Lifetime, lifetimeOf, nodeOf, type Tag, valueOf } from './tag.js'
import { cellMaker, type Reference, SLOTS, type Slot, type Thing, type Told } from './things.js'

export interface WorkloadOptions {
  readonly node: HoldfastNode
  readonly lifetime: Lifetime
  readonly peers: readonly string[]
  readonly random: Random
  /** How long a call may take, ms. */
  readonly boundMs: number
  readonly flaw: Flaw | null
  readonly onTrouble: (trouble: Trouble) => void
}

interface KnownDesk {
  readonly ref: Remote<Desk>
  readonly lifetime: Lifetime
}

const HAND_LIMIT = 24
/** How often something is done, ms. */
const PACE_MS = 25
const MAX_OPEN = 12

/** Each deed and how often it is drawn. */
const DEEDS = {
  make: 5,
  give: 5,
  ask: 3,
  call: 6,
  point: 5,
  follow: 3,
  unpoint: 5,
  drop: 4,
  note: 6,
  collect: 0.3,
} as const
type DeedName = keyof typeof DEEDS
const DRAWN = Object.entries(DEEDS) as [DeedName, number][]
const TOTAL = DRAWN.reduce((sum, [, weight]) => sum + weight, 0)

export class Workload {
  readonly hand: Hand
  readonly own: OwnThings
  readonly desks: Desks
  readonly attempts: Attempts
  readonly arrivals: Arrivals
  readonly #options: WorkloadOptions
  readonly #known = new Map<string, KnownDesk>()
  /** How far each lifetime of each peer was told, and what of that was acknowledged. */
  readonly #told = new Map<Lifetime, { last: number; readonly acknowledged: Spans }>()
  #timer: NodeJS.Timeout | null = null

  constructor(options: WorkloadOptions) {
    const { node, lifetime, random, boundMs, onTrouble } = options
    this.#options = options
    this.hand = new Hand(random, HAND_LIMIT)
    this.attempts = new Attempts(boundMs, (trouble) => {
      if (trouble.kind === 'broken') this.#forget(trouble.tags)
      onTrouble(trouble)
    })
    this.arrivals = new Arrivals({ node, lifetime, attempts: this.attempts, onTrouble })
    this.own = new OwnThings(node, lifetime, cellMaker(this.arrivals.confirm))
    this.desks = new Desks(lifetime, this.hand, (ref, tag) => void this.#take(ref, tag))
    node.publish('desk', this.desks.desk)
  }

  /** Whose desks it holds. */
  get heldDesks(): Tag[] {
    return [...this.#known.values()].map(({ lifetime }) => deskTag(lifetime))
  }

  get acknowledged(): Record<Lifetime, SpanData> {
    return Object.fromEntries([...this.#told].map(([to, { acknowledged }]) => [to, acknowledged.toJSON()]))
  }

  begin(): void {
    this.#timer ??= setInterval(() => {
      if (this.attempts.open < MAX_OPEN) void this.#act()
    }, PACE_MS)
  }

  pause(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  /** Lets go of what belonged to lifetimes that are over. */
  prune(live: ReadonlySet<Lifetime>): void {
    this.#forget(this.hand.all.map(({ tag }) => tag).filter((tag) => !live.has(lifetimeOf(tag))))
    for (const [peer, { lifetime }] of this.#known) if (!live.has(lifetime)) this.#known.delete(peer)
    for (const to of this.#told.keys()) if (!live.has(to)) this.#told.delete(to)
    this.desks.forget((lifetime) => live.has(lifetime))
  }

  /** Reaches the desks of all peers. @returns whether it did */
  async greet(live: ReadonlySet<Lifetime>): Promise<boolean> {
    const told = await Promise.all(this.#options.peers.map((peer) => this.#note(peer)))
    return told.every(Boolean) && [...this.#known.values()].every(({ lifetime }) => live.has(lifetime))
  }

  async collectGarbage(): Promise<void> {
    for (let pass = 0; pass < 2; pass++) {
      await macrotask()
      ;(globalThis as unknown as { gc: () => void }).gc()
      await macrotask()
    }
    await this.#options.node.collectLocally()
  }

  async #act(): Promise<void> {
    let drawn = this.#options.random.fraction() * TOTAL
    const [name] = DRAWN.find(([, weight]) => (drawn -= weight) < 0) ?? DRAWN[0]
    await this.#do(name)
  }

  #do(name: DeedName): unknown {
    const { random, peers } = this.#options
    const peer = random.pick(peers)
    switch (name) {
      case 'make':
        return this.#make()
      case 'give':
        return this.#give(peer)
      case 'ask':
        return this.#ask(peer)
      case 'call':
        return this.#call()
      case 'point':
        return this.#point()
      case 'follow':
        return this.#follow()
      case 'unpoint':
        return this.#unpoint()
      case 'drop':
        return this.hand.dropOne()
      case 'note':
        return this.#note(peer)
      case 'collect':
        return this.collectGarbage()
    }
  }

  /** Holds what has arrived, when it can be relied on. */
  async #take(ref: Reference, tag: Tag): Promise<void> {
    if (await this.arrivals.confirm(ref, tag)) this.hand.add({ ref, tag })
  }

  #make(): void {
    const { random, flaw } = this.#options
    const { thing, tag } = this.own.make(random.chance(0.7))
    this.hand.add({ ref: thing, tag })
    if (flaw === 'keep') secretlyKept.push(thing)
  }

  /** Some lifetime of it: the one that answers. */
  async #desk(peer: string): Promise<KnownDesk | null> {
    const known = this.#known.get(peer)
    if (known !== undefined) return known
    const found = await this.attempts.run('lookup', [], async () => {
      const ref = await this.#options.node.lookup<Desk>(peer, 'desk')
      return { ref, lifetime: await ref.lifetime }
    })
    if (found === undefined) return null
    const here = this.#known.get(peer)
    if (here !== undefined && here.lifetime >= found.lifetime) return here
    this.#known.set(peer, found)
    return found
  }

  async #give(peer: string): Promise<void> {
    const held = this.hand.pick()
    const desk = await this.#desk(peer)
    if (held === null || desk === null) return
    const tags = [deskTag(desk.lifetime), held.tag]
    await this.attempts.run('give', tags, () => desk.ref.receive(held.ref as never, held.tag))
    this.#maybeFree(held)
  }

  async #ask(peer: string): Promise<void> {
    const desk = await this.#desk(peer)
    if (desk === null) return
    const tag = await this.attempts.run('offer', [deskTag(desk.lifetime)], () => desk.ref.offer())
    if (tag === undefined || tag === null) return
    const ref = await this.attempts.run('ask', [deskTag(desk.lifetime), tag], () => desk.ref.give(tag))
    if (ref !== undefined && ref !== null) await this.#take(ref as unknown as Reference, tag)
  }

  async #call(): Promise<void> {
    const held = this.hand.pick()
    if (held !== null) await this.tell(held)
  }

  /** Calls it, and sees whether it is what it should be. */
  async tell({ ref, tag }: Held): Promise<Told | null> {
    const told = (await this.attempts.run('call', [tag], () => (ref as Thing).tell())) ?? null
    if (told !== null && (told.tag !== tag || told.value !== valueOf(tag))) {
      this.attempts.wrong('call', [tag], `is ${JSON.stringify(told)}`)
    }
    return told
  }

  async #point(): Promise<void> {
    const from = this.hand.pick(({ tag }) => !isPlain(tag))
    // What is traced cannot refer to what is not, of the same node.
    const to = this.hand.pick(({ tag }) => !isPlain(tag) || lifetimeOf(tag) !== lifetimeOf(from?.tag ?? ''))
    if (from === null || to === null) return
    const slot: Slot = this.#options.random.pick(SLOTS)
    await this.attempts.run('point', [from.tag, to.tag], () => (from.ref as Thing).point(slot, to.ref, to.tag))
  }

  async #unpoint(): Promise<void> {
    const from = this.hand.pick()
    if (from === null) return
    const slot = this.#options.random.pick(SLOTS)
    await this.attempts.run('unpoint', [from.tag], () => (from.ref as Thing).point(slot, null, ''))
  }

  async #follow(): Promise<void> {
    const from = this.hand.pick()
    if (from === null) return
    const told = await this.tell(from)
    const slot = this.#options.random.pick(SLOTS)
    const tag = told?.links[slot]
    if (tag === undefined) return
    const ref = await this.follow(from, slot, tag)
    if (ref !== null) await this.#take(ref, tag)
  }

  async follow({ ref, tag }: Held, slot: Slot, expected: Tag): Promise<Reference | null> {
    return (await this.attempts.run('follow', [tag, expected], () => (ref as Thing).follow(slot, expected))) ?? null
  }

  /** Tells a desk the next number. @returns whether that was acknowledged */
  async #note(peer: string): Promise<boolean> {
    const { lifetime, flaw, random } = this.#options
    const desk = await this.#desk(peer)
    if (desk === null) return false
    const told = this.#told.get(desk.lifetime) ?? { last: 0, acknowledged: new Spans() }
    this.#told.set(desk.lifetime, told)
    const number = ++told.last
    const isNoted = await this.attempts.run('note', [deskTag(desk.lifetime)], async () => {
      await desk.ref.note(lifetime, number)
      return true
    })
    if (isNoted === true) told.acknowledged.add(number)
    if (flaw === 'twice' && random.chance(0.1)) desk.ref.note(lifetime, number).then(undefined, () => {})
    if (flaw === 'hang' && random.chance(0.1)) void this.attempts.run('hang', [], () => new Promise(() => {}))
    return isNoted === true
  }

  #maybeFree({ ref, tag }: Held): void {
    const { flaw, node, lifetime } = this.#options
    if (flaw === 'free' && lifetimeOf(tag) === lifetime) node.revoke(ref)
  }

  #forget(tags: readonly Tag[]): void {
    this.hand.forget(tags)
    for (const tag of tags) {
      const peer = nodeOf(tag)
      const known = this.#known.get(peer)
      if (known !== undefined && tag === deskTag(known.lifetime)) this.#known.delete(peer)
    }
  }
}

/** For the flaw `keep`. */
const secretlyKept: unknown[] = []
