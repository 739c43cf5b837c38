/** What happens to whole nodes and to time. */
import type { WorldAction } from '../action.js'
import { tick } from '../runtime.js'
import type { SimulatedNode } from '../simulated-node.js'
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
      return resume(world, node)
  }
}

/** A node that wakes first drains its inbox, and only then looks at what is due. */
export function wake(world: World, node: SimulatedNode): boolean {
  if (!node.isUp || !node.isStalled) return false
  node.isStalled = false
  for (let event = node.inbox.shift(); event !== undefined; event = node.inbox.shift()) world.step(node, event)
  tick(world, node)
  return true
}

export function crash(world: World, node: SimulatedNode): boolean {
  if (!node.isUp) return false
  world.stats.crashes++
  world.isDirty = true
  node.isUp = false
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
  node.isPaused = true
  for (const peer of world.lives) {
    if (!world.network.isOpenAt(node, peer.place)) continue
    world.network.close(node, peer.place)
    node.lostLinks.push(peer.place)
  }
  return true
}

export function resume(world: World, node: SimulatedNode): boolean {
  if (!node.isUp || !node.isPaused) return false
  node.isPaused = false
  for (const place of node.lostLinks.splice(0)) {
    world.step(node, { type: 'link-closed', peer: world.lives[place].id })
  }
  tick(world, node)
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
