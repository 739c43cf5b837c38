/**
 * A world for transcripts: every method is one sentence of the story, and messages move one frame at a time. `judge` holds
 * nothing and coordinates; what it is told and says arrives at once, so that a story is only about the race it is about.
 */
import { encodeMessage, type Message, type NodeAddress } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { type DataFrame, openFrame, sealFrame } from './frames.js'
import { checkNothingLeft, reachable } from './oracle.js'
import { Violation } from './violation.js'
import { node, World, type WorldOptions } from './world.js'
import { frozenTrace } from './world-node.js'

const PLAYERS = ['alice', 'bob', 'carol'] as const
export type Player = (typeof PLAYERS)[number]
export type Actor = Player | 'judge'

/** Leases of worlds with faults: nobody's view of a session outlasts a term of silence, and no quarantine this time. */
export const TERM_MS = 1000
export const QUARANTINE_MS = 11_001

/** More than a handshake takes. */
const HANDSHAKE_FRAMES = 12

export class Stage {
  readonly world: World
  /** Whether reports list suspect exports; the story switches it. */
  listsExports = true

  constructor(options: WorldOptions = {}) {
    const { collector = {} } = options
    const lists = () => this.listsExports
    this.world = new World([...PLAYERS, 'judge'], { ...options, collector: { ...collector, lists } })
  }

  /** A new object, held by its own node. */
  creates(player: Player): Handle {
    return this.world.node(player).create()
  }

  /** A player's lifetime, as messages name it. */
  address(player: Actor): NodeAddress {
    return this.world.node(player).collector.address
  }

  /** One object (or import) of a player comes to refer to another. */
  links(player: Player, from: Handle, to: Handle): void {
    this.world.node(player).heap.addReference(from, to)
  }

  /** A message with a reference, to a node itself: a grant, or a gift if the reference is an import. It is under way. */
  sends(from: Player, reference: Handle, to: Player): void {
    this.world.send(from, { node: to }, [reference])
  }

  /** Sends a reference, unless its holder finds that it must not be given away now. @returns whether it is under way */
  triesToSend(from: Player, reference: Handle, to: Player): boolean {
    try {
      this.sends(from, reference, to)
      return true
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'suspended')) throw error
      return false
    }
  }

  /** A message to an imported object, perhaps with references, under way to its owner. */
  uses(player: Player, target: Handle, ...references: Handle[]): void {
    this.world.send(player, { target }, references)
  }

  /** The next frame of a wire arrives. @returns what the receiver's code holds from then on, if it brought a reference */
  arrives(from: Actor, to: Actor): Handle {
    this.world.deliver(from, to)
    return this.world.node(to).roots.at(-1) as Handle
  }

  /** All that is under way on a wire arrives. */
  allArrives(from: Actor, to: Actor): void {
    while (this.world.isBusy(from, to)) this.world.deliver(from, to)
  }

  /** Sends a reference, which arrives at once. */
  gives(from: Player, reference: Handle, to: Player): Handle {
    this.sends(from, reference, to)
    return this.arrives(from, to)
  }

  /** A player's code holds these no longer. */
  letsGo(player: Player, ...handles: Handle[]): void {
    for (const handle of handles) this.world.node(player).letGo(handle)
  }

  /** A player's code makes weak holders of these. */
  holdsWeakly(player: Player, ...handles: Handle[]): void {
    for (const handle of handles) this.world.node(player).holdWeakly(handle)
  }

  /** A player's code holds what its weak holder refers to. @returns whether that was still there */
  derefs(player: Player, handle: Handle): boolean {
    return this.world.node(player).deref(handle)
  }

  /** A local collection; what it drops is under way. */
  collects(player: Player): void {
    this.world.collectLocally(player)
  }

  /** A local collection whose finalizers run when the returned function is called. */
  collectsFirst(player: Player): () => void {
    return this.world.collectLocally(player, true)
  }

  /** A report on a trace of this very turn. */
  reports(player: Player): void {
    this.world.report(player, 'judge')
    this.world.deliver(player, 'judge')
  }

  /** A trace now, and a function that reports on it later if the rules let it, on a new one if not. */
  tracesFirst(player: Player): () => void {
    const { collector } = this.world.node(player)
    const ticket = collector.beginReport()
    const trace = frozenTrace(this.world.node(player))
    return () => {
      try {
        this.world.step(player, { type: 'report', to: node('judge'), ticket, trace })
        this.world.deliver(player, 'judge')
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'void-ticket')) throw error
        this.reports(player)
      }
    }
  }

  /** A verdict on the reports there are; every owner hears of it, or those who are named. */
  judges(...owners: Player[]): void {
    this.world.step('judge', { type: 'judge' })
    for (const player of owners.length === 0 ? PLAYERS : owners) this.allArrives('judge', player)
    this.checks()
  }

  /** Rubbish arrives, so the receiver ends the session; the other end hears of it. What was under way is lost. */
  falloutBetween(player: Actor, other: Actor): void {
    this.#rubbishArrives(player, other)
    this.world.network.lose(other, player)
    while (this.world.isBusy(player, other)) this.world.deliver(player, other)
  }

  /** An owner ends its session with a holder, who does not hear of it and does not come back until the owner has removed its rows. */
  forgets(owner: Player, holder: Player): void {
    this.#rubbishArrives(owner, holder)
    this.world.part(owner, holder)
    this.later(QUARANTINE_MS)
  }

  #rubbishArrives(player: Actor, from: Actor): void {
    this.world.step(player, { type: 'frame', peer: node(from), frame: Uint8Array.of(0) })
  }

  /** Two lose their link, and what is under way on it. */
  parts(player: Actor, other: Actor): void {
    this.world.part(player, other)
  }

  /** Both have a new link and a session on it, the last or a new one; what they then say is under way. */
  meets(player: Actor, other: Actor): void {
    this.world.join(player, other)
    for (let frame = 0; frame < HANDSHAKE_FRAMES && !this.#isJoined(player, other); frame++) {
      const [from, to] = frame % 2 === 0 ? [player, other] : [other, player]
      if (this.world.isBusy(from, to)) this.world.deliver(from, to)
    }
    if (!this.#isJoined(player, other)) throw new Error(`${player} and ${other} do not come together`)
  }

  #isJoined(a: Actor, b: Actor): boolean {
    return [
      [a, b],
      [b, a],
    ].every(([from, to]) => {
      const session = this.world.node(from).collector.sessionWith(node(to))
      return session?.incarnation === this.world.node(to).life
    })
  }

  /** Nothing moves on a wire by itself until it is freed. */
  holds(from: Actor, to: Actor): void {
    this.world.network.hold(from, to)
  }

  frees(from: Actor, to: Actor): void {
    this.world.network.free(from, to)
  }

  /** Takes what is under way off a wire; the returned function lets it arrive, late. */
  keepsAside(from: Actor, to: Actor): () => void {
    const frames = this.world.network.keepAside(from, to)
    return () => {
      this.world.network.clearAside(from, to)
      for (const frame of frames) this.world.step(to, { type: 'frame', peer: node(from), frame })
    }
  }

  /** Time passes; all that is sent arrives at once, but for what is held. */
  later(ms: number): void {
    this.world.later(ms)
  }

  crashes(player: Actor): void {
    this.world.crash(player)
  }

  restarts(player: Actor): void {
    this.world.restart(player)
  }

  /** Puts a message that its sender never made on a wire, in the place of one that it did, perhaps with references. */
  forges(from: Actor, to: Actor, message: Message, references: readonly Handle[] = []): void {
    this.world.letters.delete(this.world.send(from, { node: to }, references))
    this.replaces(from, to, message)
  }

  /** Puts a message in the place of the last frame that is under way on a wire. */
  replaces(from: Actor, to: Actor, message: Message): void {
    const frames = this.world.network.frames(from, to)
    const honest = openFrame(frames.pop() as Uint8Array) as DataFrame
    frames.push(sealFrame({ ...honest, messages: [encodeMessage(message)] }))
  }

  /** @throws Violation when something live is gone */
  checks(): void {
    reachable(this.world)
  }

  /** All that is under way arrives, all is let go of, and everything goes. */
  ends(): void {
    this.world.settle()
    this.checks()
    this.#letsGoOfAll()
    checkNothingLeft(this.world)
  }

  /** All faults are over: whatever is held works or is known to be broken. Then all is let go of, and everything goes. */
  endsWell(): void {
    const { world } = this
    const names = [...world.nodes.keys()] as Actor[]
    world.network.freeAll()
    for (const from of names)
      for (const to of names) if (from < to && !world.network.isLinked(from, to)) world.join(from, to)
    this.later(QUARANTINE_MS + 2 * TERM_MS)
    this.checks()
    for (const name of names) this.#checkHeld(name)
    this.#letsGoOfAll()
    // What a round without a report has left, and what waits for a quarantine.
    this.later(QUARANTINE_MS + 2 * TERM_MS)
    this.#letsGoOfAll()
    checkNothingLeft(world)
  }

  #letsGoOfAll(): void {
    for (const player of this.world.nodes.values()) player.letGoOfAll()
    this.listsExports = true
    for (let round = 0; round < 6; round++) this.world.round('judge')
  }

  #checkHeld(name: Actor): void {
    const { world } = this
    const holder = world.node(name)
    for (const root of holder.roots) {
      const identity = holder.identities.get(root)
      if (identity === undefined) continue
      const owner = world.promises.homeOf(identity)
      const holders = owner?.collector.referrersOf(identity.handle) ?? []
      if (!holders.some((address) => address.node === name && address.incarnation === holder.life)) {
        throw new Violation(`a reference at ${name} neither works nor is broken: ${JSON.stringify(identity)}`)
      }
    }
  }
}
