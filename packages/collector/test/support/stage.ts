/**
 * A world for transcripts: every method is one sentence of the story, and messages move one frame at a time. `judge` holds
 * nothing and coordinates; what it is told and says arrives at once, so that a story is only about the race it is about.
 */
import type { Rule } from '@holdfast/core'
import { rulesWithout } from '@holdfast/core/unsafe-rules'
import type { Handle } from '@holdfast/heap/object-heap'
import { expect, it } from 'vitest'
import { FrozenTrace } from './frozen-trace.js'
import { checkNothingLeft, reachable } from './oracle.js'
import { node, Violation, World, type WorldOptions } from './world.js'

const PLAYERS = ['alice', 'bob', 'carol'] as const
type Player = (typeof PLAYERS)[number]

export class Stage {
  readonly world: World
  /** Whether reports list suspect exports; the story switches it. */
  listsExports = true

  constructor(options: WorldOptions = {}) {
    this.world = new World([...PLAYERS, 'judge'], { ...options, collector: { lists: () => this.listsExports } })
  }

  /** A new object, held by its own node. */
  creates(player: Player): Handle {
    return this.world.node(player).create()
  }

  /** One object (or import) of a player comes to refer to another. */
  links(player: Player, from: Handle, to: Handle): void {
    this.world.node(player).heap.addReference(from, to)
  }

  /** A message with a reference, to a node itself: a grant, or a gift if the reference is an import. It is under way. */
  sends(from: Player, reference: Handle, to: Player): void {
    this.world.send(from, { node: to }, [reference])
  }

  /** A message to an imported object, under way to its owner. */
  uses(player: Player, target: Handle): void {
    this.world.send(player, { target })
  }

  /** The next frame of a wire arrives. @returns what the receiver's code holds from then on, if it brought a reference */
  arrives(from: Player, to: Player): Handle {
    this.world.deliver(from, to)
    return this.world.node(to).roots.at(-1) as Handle
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

  /** A local collection; what it drops is under way. */
  collects(player: Player): void {
    this.world.collectLocally(player)
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
    const trace = new FrozenTrace(this.world.node(player))
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

  /** A verdict on the reports there are; every owner hears of it. */
  judges(): void {
    this.world.step('judge', { type: 'judge' })
    for (const player of PLAYERS) while (this.world.isBusy('judge', player)) this.world.deliver('judge', player)
    this.checks()
  }

  /** Rubbish arrives, so the receiver ends the session; the other end hears of it. What was under way is lost. */
  falloutBetween(player: Player, other: Player): void {
    this.world.step(player, { type: 'frame', peer: node(other), frame: Uint8Array.of(0) })
    this.world.wires.get(`${other}>${player}`)?.splice(0)
    while (this.world.isBusy(player, other)) this.world.deliver(player, other)
  }

  /** Both have a new link, and open a new session on it. */
  makesUp(player: Player, other: Player): void {
    for (const [from, to] of [
      [player, other],
      [other, player],
    ] as const) {
      this.world.step(from, { type: 'link-closed', peer: node(to) })
      this.world.step(from, { type: 'link-opened', peer: node(to), reliable: true })
    }
    for (let turn = 0; turn < 4; turn++) {
      if (this.world.isBusy(player, other)) this.world.deliver(player, other)
      if (this.world.isBusy(other, player)) this.world.deliver(other, player)
    }
  }

  /** @throws Violation when something live is gone */
  checks(): void {
    reachable(this.world)
  }

  /** All that is under way arrives, all is let go of, and everything goes. */
  ends(): void {
    this.world.settle()
    this.checks()
    for (const player of PLAYERS) this.letsGo(player, ...this.world.node(player).roots)
    this.listsExports = true
    for (let round = 0; round < 6; round++) this.world.round('judge')
    checkNothingLeft(this.world)
  }
}

const LOST_EXPORT = /^a live reference without an export/

export interface Transcript {
  readonly rule: Rule
  /** What the rule is about, in a few words. */
  readonly about: string
  /** What is seen without the rule; a live reference whose export is gone unless told. */
  readonly loses?: RegExp
  /** The story ends sessions: then nothing is cleaned up until leases exist. */
  readonly endsSessions?: boolean
  readonly story: (stage: Stage) => void
}

/** Plays a story with all rules, and without one: then something live must be lost, or an alarm must ring. */
export function transcript({ rule, about, loses = LOST_EXPORT, endsSessions = false, story }: Transcript): void {
  const tolerates = endsSessions ? (['session-ended', 'broken'] as const) : []
  it(`${rule}: ${about}`, () => {
    const stage = new Stage({ tolerates })
    expect(() => {
      story(stage)
      if (endsSessions) stage.checks()
      else stage.ends()
    }).not.toThrow()
  })
  it(`${rule} switched off, the same story loses something live`, () => {
    const stage = new Stage({ rules: rulesWithout(rule), tolerates })
    let violation: unknown = null
    try {
      story(stage)
      stage.checks()
    } catch (error) {
      violation = error
    }
    expect(violation).toBeInstanceOf(Violation)
    expect((violation as Violation).message).toMatch(loses)
  })
}
