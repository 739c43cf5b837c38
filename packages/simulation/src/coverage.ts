/**
 * Which fault happened in which phase of what: a fault that never happened in a phase is a hole in the attack. Phases are those of the
 * gifts, drops, sessions and rounds that the struck nodes take part in.
 */
import type { Action } from './action.js'
import type { GiftPhase } from './gift.js'
import type { SimulatedNode } from './simulated-node.js'
import type { Sent } from './table-codec.js'
import type { World } from './world.js'

export const FAULTS = [
  'crash',
  'crash of coordinator',
  'restart',
  'pause',
  'resume',
  'stall',
  'wake',
  'block',
  'reset',
  'half-open',
  'relink',
  'garble',
  'late-frame',
  'lose',
  'duplicate',
  'reorder',
  'stand-still',
  'repeat',
  'late-finalizer',
  'go-down',
  'commit fails',
  'crash after commit',
  'clock leaps',
  'clock stands',
  'overload',
  'answer to the dead',
  'forge',
] as const

export const PHASES = [
  'gift sent',
  'gift received',
  'gift claimed',
  'gift registered',
  'gift acknowledged',
  'round asked',
  'round reporting',
  'round judging',
  'round sweeping',
  'session opening',
  'session open',
  'session reconciling',
  'session suspended',
  'session quarantined',
  'drop sent',
  'drop processed',
  'answer owed',
  'answer sent',
] as const

export type Fault = (typeof FAULTS)[number]
export type Phase = (typeof PHASES)[number]

/** How often each fault happened, and in each phase; a plain object, which travels between threads. */
export type Coverage = Record<string, number>

/** `crash × gift sent`: made once, since faults are what a run is full of. */
const KEYS = Object.fromEntries(
  FAULTS.map((fault) => [fault, Object.fromEntries(PHASES.map((phase) => [phase, `${fault} × ${phase}`]))]),
) as Record<Fault, Record<Phase, string>>

const GIFT_PHASES: Partial<Record<GiftPhase, Phase>> = {
  sent: 'gift sent',
  received: 'gift received',
  claimed: 'gift claimed',
  registered: 'gift registered',
  acknowledged: 'gift acknowledged',
}

/** What is processed counts as just processed for so many moments. */
const RECENT = 12
/** A jump shorter than this is no fault. */
const LONG_MS = 150

/** Notes a fault, and in which phases of what it strikes. Before the action happens. */
export function noteFault(coverage: Coverage, world: World, action: Action): void {
  const fault = faultOf(world, action)
  if (fault !== null) noteStruck(coverage, world, { fault, struck: struckBy(world, action) })
}

/** Notes a fault that strikes these nodes now. */
export function noteStruck(
  coverage: Coverage,
  world: World,
  { fault, struck }: { readonly fault: Fault; readonly struck: readonly SimulatedNode[] },
): void {
  add(coverage, fault)
  const keys = KEYS[fault]
  for (const phase of phasesOf(world, struck)) add(coverage, keys[phase])
}

function add(coverage: Coverage, key: string, count = 1): void {
  coverage[key] = (coverage[key] ?? 0) + count
}

/** Adds up what several runs noted. */
export function addAll(coverage: Coverage, other: Readonly<Coverage>): void {
  for (const [key, count] of Object.entries(other)) add(coverage, key, count)
}

function faultOf(world: World, action: Action): Fault | null {
  switch (action.do) {
    case 'crash':
      return world.placeOf(action.at) >= world.options.nodes.length ? 'crash of coordinator' : 'crash'
    case 'restart':
    case 'pause':
    case 'resume':
    case 'go-down':
    case 'stall':
    case 'wake':
    case 'block':
    case 'garble':
    case 'late-frame':
    case 'lose':
    case 'duplicate':
    case 'repeat':
    case 'forge':
      return action.do
    case 'jump':
      return action.ms > 0 ? 'clock leaps' : 'clock stands'
    case 'reset':
      return action.told === 'both' ? 'reset' : 'half-open'
    case 'link':
      return 'relink'
    case 'deliver':
      return action.at > 0 ? 'reorder' : null
    case 'finalize':
      return action.which === 'all' ? null : 'late-finalizer'
    case 'pass':
      return !action.moving && action.ms >= LONG_MS ? 'stand-still' : null
    default:
      return null
  }
}

/** The nodes that a fault strikes; all of them where it strikes the world. */
function struckBy(world: World, action: Action): readonly SimulatedNode[] {
  const names: string[] = []
  if ('at' in action && typeof action.at === 'string') names.push(action.at)
  if ('from' in action && 'to' in action) names.push(action.from, action.to)
  if ('a' in action) names.push(action.a, action.b)
  if ('by' in action) names.push(action.by, action.to)
  if (names.length === 0) return world.lives
  return names.flatMap((name) => world.find(name) ?? [])
}

function phasesOf(world: World, struck: readonly SimulatedNode[]): Set<Phase> {
  const phases = new Set<Phase>()
  for (const gift of world.gifts.values()) {
    const phase = GIFT_PHASES[gift.phase]
    if (phase === undefined || phases.has(phase)) continue
    const parties = [gift.gifter, gift.receiver, gift.owner]
    if (struck.some((node) => parties.includes(node))) phases.add(phase)
  }
  for (const node of struck) addSessionPhases(phases, world, node)
  for (const sent of world.witness.recent) addMessagePhase(phases, world, { sent, struck })
  return phases
}

function addSessionPhases(phases: Set<Phase>, world: World, node: SimulatedNode): void {
  for (const peer of world.lives) {
    if (peer === node) continue
    const view = node.views[peer.place]
    if (node.openings[peer.place] !== null) phases.add('session opening')
    if (view !== null) phases.add(view.isReconciled ? 'session open' : 'session reconciling')
  }
  for (const held of node.held) {
    if (held !== undefined && node.views[held.thing.home.place] === null) phases.add('session suspended')
  }
  if (node.desk.owed.length > 0) phases.add('answer owed')
  if (node.desk.sent.length > 0) phases.add('answer sent')
  if (node.collector.tables.quarantined > 0) phases.add('session quarantined')
}

function addMessagePhase(
  phases: Set<Phase>,
  world: World,
  { sent, struck }: { sent: Sent; struck: readonly SimulatedNode[] },
): void {
  const isRound = sent.message.type !== 'dgc:dropRef'
  const coordinates = struck.some((node) => node.place >= world.options.nodes.length)
  if (!struck.includes(sent.by) && !(isRound && coordinates)) return
  const isUnderWay = sent.processedAt < 0
  const isFresh = !isUnderWay && world.moment - sent.processedAt < RECENT
  switch (sent.message.type) {
    case 'dgc:dropRef':
      if (isUnderWay) phases.add('drop sent')
      else if (isFresh) phases.add('drop processed')
      break
    case 'dgc:bringOutYourDead':
    case 'dgc:askReport':
      if (isUnderWay) phases.add('round asked')
      break
    case 'dgc:report':
      if (isUnderWay) phases.add('round reporting')
      else if (isFresh) phases.add('round judging')
      break
    case 'dgc:collect':
      if (isUnderWay || isFresh) phases.add('round sweeping')
      break
    default:
      break
  }
}
