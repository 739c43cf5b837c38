/**
 * How a run ends: faults stop, everything heals, the dead expire, programs let go of most of what they hold; then, within some rounds
 * of collection, everything that is garbage must be gone.
 */
import { Random } from '@holdfast/core'
import { canLink } from './acts/network-acts.js'
import { crash, pass, wake } from './acts/world-acts.js'
import { answer } from './answers.js'
import { whatIsLeft } from './checkers/nothing-left.js'
import { collectLocally, finalize } from './runtime.js'
import type { SimulatedNode } from './simulated-node.js'
import { comeBack } from './storage.js'
import type { World } from './world.js'

/** More than a chain of objects over all nodes takes, one node a round. */
const MAX_ROUNDS = 14
/** How long an acknowledgement may wait for a frame to ride on, and more of them than a report waits for. */
const ACK_DELAY_MS = 20
const MAX_ACKS = 200
/** How often that time is lived through: it takes most of the turns of a run. */
const LIVED_THROUGH = 0.15
/** Rounds in which programs still let go of something. */
const RELEASING = 2

/** Ends a run. @throws Violation */
export function end(world: World): void {
  const random = new Random(world.options.seed ^ 0x5bd1e995)
  world.stats.turnsBeforeEnd = world.stats.turns
  heal(world)
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (round < RELEASING) for (const node of world.lives) if (node.isUp) letGoOfSome(node, random)
    check(world)
    collectRound(world)
    if (round === 0) for (const checker of world.watching.healed) checker.healed(world)
    if (round >= RELEASING - 1 && whatIsLeft(world) === null) break
    // What is still there may wait for a quarantine to end, or for an overdue gift.
    if (round >= RELEASING - 1) waitOut(world, random)
    for (const node of world.lives) answerAll(world, node)
  }
  for (const checker of world.watching.end) checker.end(world)
}

/** Time in which leases run out, quarantines end and gifts become overdue: lived through, or slept through by everybody. */
function waitOut(world: World, random: Random): void {
  const { ownerTerm, quarantine, pingAfter } = world.leases
  if (random.chance(LIVED_THROUGH)) pass(world, { ms: quarantine + 2 * ownerTerm, moving: true })
  else {
    for (const ms of [ownerTerm, quarantine + 1]) {
      pass(world, { ms, moving: false })
      pass(world, { ms: pingAfter, moving: true })
    }
  }
  check(world)
}

function check(world: World): void {
  for (const checker of world.watching.step) checker.step(world)
}

function heal(world: World): void {
  world.isOrderly = true
  const { lives, network } = world
  for (const from of lives) for (const to of lives) network.block(from.place, to.place, false)
  for (const node of lives) {
    node.fault = null
    if (node.isHostile) crash(world, node)
    wake(world, node)
    comeBack(world, node)
  }
  for (const a of lives) {
    for (const b of lives) {
      if (a.place >= b.place || !canLink(world, a, b)) continue
      // Sessions that are over are found out by another link, as if each had been asked.
      if (!network.isWhole(a, b) || a.viewOf(b)?.number !== b.viewOf(a)?.number || a.viewOf(b) === null)
        world.link(a, b)
    }
  }
  for (const node of lives) {
    if (node.isUp) continue
    for (const other of lives) {
      if (other === node || !network.isOpenAt(other, node.place)) continue
      network.close(other, node.place)
      world.tell(other, { type: 'link-closed', peer: node.id })
    }
  }
  settle(world)
  for (const node of lives) answerAll(world, node)
  // What was lost is sent again, or its session ends.
  pass(world, { ms: world.options.reliable ? world.leases.pingAfter : world.leases.ownerTerm, moving: true })
}

function letGoOfSome(node: SimulatedNode, random: Random): void {
  for (let index = node.roots.length - 1; index >= 0; index--) {
    if (random.chance(0.4)) continue
    const [root] = node.roots.splice(index, 1)
    node.heap.unpin(root.handle)
  }
}

/** Programs owe no answers in the end. */
function answerAll(world: World, node: SimulatedNode): void {
  for (const owed of node.desk.owed.slice()) answer(world, node, { owed, references: [] })
}

/** A whole round by one node, everything delivered. */
function collectRound(world: World): void {
  const up = world.lives.filter((node) => node.isUp)
  for (const node of up) {
    collectLocally(world, node)
    finalize(world, node, 'all')
  }
  settle(world)
  const coordinator = up.find((node) => node.place >= world.options.nodes.length) ?? up[0]
  if (coordinator === undefined) return
  // Who coordinates holds nothing of the others as a rule, so nobody else asks for a session.
  for (const node of up) {
    if (node !== coordinator && coordinator.viewOf(node) === null) {
      world.step(coordinator, { type: 'open-session', peer: node.id })
    }
  }
  settle(world)
  world.step(coordinator, { type: 'begin-round', nodes: up.map((node) => node.id) })
  settle(world)
  // Where queues are short, each part of a report waits until the one before it is acknowledged.
  for (let waits = 0; waits < MAX_ACKS && coordinator.collector.isInRound; waits++) {
    pass(world, { ms: ACK_DELAY_MS, moving: true })
  }
  for (const node of up) {
    collectLocally(world, node)
    finalize(world, node, 'all')
  }
  settle(world)
}

/** Time for whatever is under way: nothing is lost any more. */
function settle(world: World): void {
  pass(world, { ms: 1, moving: true })
}
