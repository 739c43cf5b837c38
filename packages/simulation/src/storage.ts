/**
 * What may go wrong at a node with a disk. Its driver commits each turn before it sends anything of it: where the commit fails, the
 * turn has not happened; where the process dies behind it, nothing was sent. What the program and the heap did of a turn belongs to
 * the same commit.
 */
import type { CollectorEffect, CollectorEvent } from '@holdfast/collector'
import { pictureOf } from './checkers/nothing-committed-is-lost.js'
import { tick } from './runtime.js'
import type { SimulatedNode } from './simulated-node.js'
import type { World } from './world.js'

interface FailedTurn {
  readonly event: CollectorEvent
  readonly effects: readonly CollectorEffect[]
  /** What the node was before. */
  readonly before: string
}

/** A turn could not be committed. What came from outside is taken in again when the disk is back; the program was refused. */
export function turnFailed(world: World, node: SimulatedNode, { event, effects, before }: FailedTurn): void {
  world.stats.uncommitted++
  world.onFault?.('commit fails', [node])
  for (const checker of world.watching.recovered) checker.recovered(world, node, before)
  if (world.options.sendsFirst === true) {
    for (const effect of effects) if (effect.type === 'transmit') world.transmit(node, effect)
  }
  if (!isFromOutside(event)) return
  node.isStalled = true
  node.inbox.unshift(event)
}

const isFromOutside = ({ type }: CollectorEvent): boolean =>
  type === 'frame' || type === 'link-opened' || type === 'link-closed' || type === 'open-session'

/** The process died behind the commit, before it sent anything. */
export function dieBeforeSending(world: World, node: SimulatedNode): void {
  world.onFault?.('crash after commit', [node])
  goDown(world, node)
}

/** The process of a durable node is gone, with all that was not on disk. @returns whether it was there */
export function goDown(world: World, node: SimulatedNode): boolean {
  if (!node.isUp || node.isPaused || node.journal === null) return false
  const before = pictureOf(node)
  node.recover()
  for (const checker of world.watching.recovered) checker.recovered(world, node, before)
  node.isStalled = false
  node.fault = null
  node.inbox.length = 0
  node.wants.clear()
  node.wentDownAt = world.time.now
  leave(world, node)
  return true
}

/** A node is not there for a while: its links are gone, and it does not know. */
export function leave(world: World, node: SimulatedNode): void {
  node.isPaused = true
  for (const peer of world.lives) if (peer !== node) world.network.close(node, peer.place)
}

/** A node is there again, with its state; none of its links is. */
export function comeBack(world: World, node: SimulatedNode): boolean {
  if (!node.isUp || !node.isPaused) return false
  node.isPaused = false
  if (node.wentDownAt !== null) restart(world, node, node.wentDownAt)
  else
    for (const place of Array.from(node.links)) world.tell(node, { type: 'link-closed', peer: world.lives[place].id })
  if (node.isActive) tick(world, node)
  return true
}

/** Another process of a durable node: for its clock no time has passed since the last one died, and it does not know how much has. */
function restart(world: World, node: SimulatedNode, since: number): void {
  node.wentDownAt = null
  node.links.clear()
  node.clock.standStill(since, world.time.now)
  node.stoodStillMs += world.time.now - since
  for (const gift of world.gifts.values()) gift.cameBack(node)
  world.step(node, { type: 'restarted' })
}
