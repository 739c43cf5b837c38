/** What networks do: deliver, and everything else. */
import type { NetworkAction } from '../action.js'
import type { SimulatedNode } from '../simulated-node.js'
import type { World } from '../world.js'

/** @returns whether the action made sense */
export function performNetwork(world: World, action: NetworkAction): boolean {
  switch (action.do) {
    case 'deliver':
    case 'duplicate':
    case 'lose':
    case 'late-frame':
    case 'block':
    case 'unblock':
    case 'garble':
      return onWire(world, action)
    case 'link':
      return link(world, action)
    case 'reset':
      return reset(world, action)
    case 'notice':
      return notice(world, action)
  }
}

type OnWire = Extract<NetworkAction, { from: string }>

function onWire(world: World, action: OnWire): boolean {
  const [from, to] = [world.placeOf(action.from), world.placeOf(action.to)]
  if (from < 0 || to < 0 || from === to) return false
  const { network } = world
  switch (action.do) {
    case 'block':
    case 'unblock': {
      const blocks = action.do === 'block'
      if (network.isBlocked(from, to) === blocks) return false
      network.block(from, to, blocks)
      return true
    }
    case 'garble':
      return arrive(world, { from, to }, Uint8Array.of(0))
    case 'late-frame':
      return arrive(world, { from, to }, network.lateFrames(from, to).splice(action.at, 1)[0])
    case 'deliver':
    case 'duplicate':
    case 'lose': {
      const frames = network.frames(from, to)
      const frame = frames?.[action.at]
      if (frames === null || frame === undefined) return false
      if (action.do === 'duplicate') {
        // The receiver owns the bytes that it is given, so a repetition is a copy.
        frames.splice(action.at, 0, frame.slice())
        return true
      }
      if (action.do === 'deliver' && network.isBlocked(from, to)) return false
      frames.splice(action.at, 1)
      return action.do === 'lose' || arrive(world, { from, to }, frame)
    }
  }
}

/** A frame comes out of the link that a node has open to a peer. */
function arrive(world: World, wire: { from: number; to: number }, frame: Uint8Array | undefined): boolean {
  const to = world.lives[wire.to]
  if (frame === undefined || !to.isUp || to.isPaused || !world.network.isOpenAt(to, wire.from)) return false
  world.tell(to, { type: 'frame', peer: world.lives[wire.from].id, frame })
  return true
}

/** Whether a connection can be made now. */
export function canLink(world: World, a: SimulatedNode, b: SimulatedNode): boolean {
  if (!a.isUp || !b.isUp || a.isPaused || b.isPaused) return false
  return !world.network.isBlocked(a.place, b.place) && !world.network.isBlocked(b.place, a.place)
}

/** Gives a node the link or the session that it wants with a peer. @returns whether that could be done */
export function connect(world: World, node: SimulatedNode, place: number): boolean {
  const peer = world.lives[place]
  node.wants.delete(place)
  if (!canLink(world, node, peer)) return false
  if (world.network.isWhole(node, peer)) world.tell(node, { type: 'open-session', peer: peer.id })
  else world.link(node, peer)
  return true
}

function link(world: World, action: { a: string; b: string }): boolean {
  const [a, b] = [world.find(action.a), world.find(action.b)]
  if (a === null || b === null || a === b || !canLink(world, a, b)) return false
  world.link(a, b)
  return true
}

function reset(world: World, { a, b, told }: Extract<NetworkAction, { do: 'reset' }>): boolean {
  const [first, second] = [world.find(a), world.find(b)]
  if (first === null || second === null || first === second) return false
  if (!world.network.isOpenAt(first, second.place) && !world.network.isOpenAt(second, first.place)) return false
  world.network.cut(first.place, second.place)
  if (told !== 'b') closeEnd(world, first, second)
  if (told !== 'a') closeEnd(world, second, first)
  return true
}

function notice(world: World, { at, peer }: Extract<NetworkAction, { do: 'notice' }>): boolean {
  const [node, other] = [world.find(at), world.find(peer)]
  if (node === null || other === null || world.network.isWhole(node, other)) return false
  return closeEnd(world, node, other)
}

/** One end of a link closes, and its node is told. @returns whether it was open */
function closeEnd(world: World, node: SimulatedNode, peer: SimulatedNode): boolean {
  if (!world.network.isOpenAt(node, peer.place)) return false
  world.network.close(node, peer.place)
  if (node.isUp && !node.isPaused) world.tell(node, { type: 'link-closed', peer: peer.id })
  return true
}
