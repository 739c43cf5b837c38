/**
 * However long nodes come and go, each table holds no more than there is a reason for, in number: objects that are there, references
 * that are held, gifts under way, and the lifetimes of nodes that a quarantine can still matter to.
 */
import type { SimulatedNode } from '../simulated-node.js'
import { Violation } from '../violation.js'
import type { World } from '../world.js'
import type { Checker } from './checker.js'

const NAME = 'tables-are-bounded'

export const tablesAreBounded: Checker = {
  name: NAME,

  step(world) {
    for (const node of world.lives) {
      if (!node.isTouched) continue
      node.isTouched = false
      if (node.isActive && !node.isHostile) check(world, node)
    }
  },

  // Whom a node knows is looked at when it comes to know somebody: that costs more.
  effect(world, node, effect) {
    if (effect.type !== 'session-opened' || node.isHostile) return
    const { peers, lifetimes } = node.collector.acquaintances
    if (peers > world.names.length) fail(node, `knows ${peers} nodes of ${world.names.length}`)
    if (lifetimes < world.names.length) return
    const due = lifetimesFor(world, node)
    if (lifetimes > due) fail(node, `knows ${lifetimes} lifetimes of ${due}`)
  },
}

function check(world: World, node: SimulatedNode): void {
  const { exports, imports, pins, quarantined, claims, suspended } = node.collector.tables
  const { objectCount, importCount } = node.heap
  if (exports > objectCount) fail(node, `has ${exports} exports of ${objectCount} objects`)
  // An import is in the heap or waits for its finalizer.
  const held = importCount + node.finalizers.length
  if (imports > held) fail(node, `has ${imports} imports, of which its heap knows ${held}`)
  if (suspended > imports) fail(node, `has ${suspended} suspended of ${imports} imports`)
  if (pins > imports) fail(node, `has ${pins} pins for ${imports} imports`)
  if (pins > node.openGifts) fail(node, `has ${pins} pins for ${node.openGifts} gifts`)
  const entries = exports * world.all.length
  if (quarantined > entries) fail(node, `has ${quarantined} in quarantine, of ${entries} at most`)
  if (claims === 0) return
  const waiting = claimsOf(world, node)
  if (claims > waiting) fail(node, `has ${claims} claims for ${waiting} gifts`)
}

function fail(node: SimulatedNode, what: string): never {
  throw new Violation(NAME, `${node.label} ${what}`)
}

/** Gifts that arrived and wait for a session. O(gifts there have been). */
function claimsOf(world: World, node: SimulatedNode): number {
  let waiting = world.hasLiars ? world.lies : 0
  for (const { receiver, phase } of world.gifts.values()) if (receiver === node && phase === 'received') waiting++
  return waiting
}

/** Clocks may be wrong by the drift, and what is due is done a moment late. */
const SLACK = 1.05

/**
 * Lifetimes that are there, or were heard of not long ago: after the last word of one its session ends, and then a quarantine. Any number
 * where time tells nothing.
 */
function lifetimesFor(world: World, node: SimulatedNode): number {
  const { ownerTerm, quarantine } = world.leases
  const since = world.time.now - (ownerTerm + quarantine) * SLACK - node.stoodStillMs
  if (world.hasBrokenClocks || node.lastBehindAt >= since || node.isBehind(node.localTime))
    return Number.POSITIVE_INFINITY
  const known = world.all.filter((other) => other !== node && (other.isUp || other.lastSeenAt >= since)).length
  // A liar may speak of lifetimes that never were, one for each that was.
  return known + (world.hasLiars ? world.all.length : 0)
}
