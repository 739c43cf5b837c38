/** What happens to whole nodes and to time. */
import type { CollectorEvent } from '@holdfast/collector'
import type { WorldAction } from '../action.js'
import { tick } from '../runtime.js'
import type { SimulatedNode, StorageFault } from '../simulated-node.js'
import { comeBack, goDown, leave } from '../storage.js'
import { Violation } from '../violation.js'
import type { World } from '../world.js'
import { connect } from './network-acts.js'

/** @returns whether the action made sense */
export function performWorld(world: World, action: WorldAction): boolean {
  if (action.do === 'pass') {
    pass(world, action)
    return true
  }
  const node = world.find(action.at)
  if (node === null) return false
  switch (action.do) {
    case 'stall':
      if (!node.isActive) return false
      node.isStalled = true
      return true
    case 'wake':
      return wake(world, node)
    case 'crash':
      return crash(world, node)
    case 'restart':
      if (node.isUp) return false
      world.start(action.at)
      return true
    case 'pause':
      return pause(world, node)
    case 'resume':
      return comeBack(world, node)
    case 'fail':
      return fail(node, action.in)
    case 'go-down':
      return goDown(world, node)
    case 'jump':
      return jump(world, node, action.ms)
  }
}

/** A node that wakes first drains its inbox, and only then looks at what is due. */
export function wake(world: World, node: SimulatedNode): boolean {
  if (!node.isUp || !node.isStalled) return false
  node.isStalled = false
  // A commit that fails puts it back to sleep.
  while (!node.isStalled && node.inbox.length > 0) world.step(node, node.inbox.shift() as CollectorEvent)
  if (node.isActive) tick(world, node)
  return true
}

export function crash(world: World, node: SimulatedNode): boolean {
  if (!node.isUp) return false
  world.stats.crashes++
  world.isDirty = true
  node.isUp = false
  node.lastSeenAt = world.time.now
  node.isStalled = false
  node.isPaused = false
  node.inbox.length = 0
  node.wants.clear()
  // What it has sent may still arrive; its own ends are gone, and the others do not know yet.
  for (const peer of world.lives) if (peer !== node) world.network.close(node, peer.place)
  return true
}

function pause(world: World, node: SimulatedNode): boolean {
  if (!node.isActive) return false
  leave(world, node)
  return true
}

function fail(node: SimulatedNode, fault: StorageFault): boolean {
  if (!node.isActive || node.journal === null || node.fault !== null) return false
  node.fault = fault
  return true
}

function jump(world: World, node: SimulatedNode, ms: number): boolean {
  if (!node.isUp || ms === 0) return false
  world.breakClocks()
  node.clock.jump(world.time.now, ms)
  return true
}

/** More turns than any cluster of this size needs in that time: somebody answers answers. */
const STORM_PER_PAIR = 400

/** Time passes. What moves does so as soon as it can, and what is due is done on time, at every node that does anything. */
export function pass(world: World, { ms, moving }: { readonly ms: number; readonly moving: boolean }): void {
  const { time } = world
  const end = time.now + ms
  if (!moving) {
    time.now = end
    return
  }
  const pairs = world.lives.length * world.lives.length
  const terms = 1 + ms / world.leases.holderTerm
  const limit = world.stats.turns + STORM_PER_PAIR * pairs * terms
  for (;;) {
    while (moveAll(world))
      if (world.stats.turns > limit) throw new Violation('no-storm', `the nodes do not fall silent`)
    const next = nextDue(world)
    if (next > end) break
    time.now = Math.max(time.now, next)
    for (const node of world.lives) if (node.isActive) tick(world, node)
    if (world.stats.turns > limit) throw new Violation('no-storm', `more than ${limit} turns in ${ms} ms`)
  }
  time.now = end
}

/** Delivers what is under way, and makes the connections that are wanted. @returns whether there was anything */
function moveAll(world: World): boolean {
  let moved = false
  for (const { from, to, frames } of world.network.deliverable([])) {
    for (let left = frames.length; left > 0 && frames.length > 0; left--) {
      const frame = frames.shift()
      if (frame !== undefined) world.tell(to, { type: 'frame', peer: from.id, frame })
      moved = true
    }
  }
  for (const node of world.lives) {
    if (!node.isActive || node.wants.size === 0) continue
    // What is asked for meanwhile waits for the next time round.
    for (const place of Array.from(node.wants)) if (connect(world, node, place)) moved = true
  }
  return moved
}

/** When something is due next at a node that does anything, in true time. */
function nextDue(world: World): number {
  let next = Number.POSITIVE_INFINITY
  for (const node of world.lives) {
    if (!node.isActive) continue
    const deadline = node.collector.nextDeadline()
    if (deadline !== null) next = Math.min(next, node.clock.whenShows(deadline))
  }
  return next
}
