/** Rings: objects that each refer to the next, each on the node that is given for it. */
import type { ScaleNode } from '../world/scale-node.js'
import type { ScaleWorld } from '../world/scale-world.js'
import { Structure, type Thing } from './structure.js'

/** Adds a ring to a structure, one object on each of the nodes in turn; nothing holds it yet. O(hops). */
function addRing(structure: Structure, nodes: readonly ScaleNode[]): Thing[] {
  const things = nodes.map((node) => structure.create(node))
  things.forEach((thing, place) => structure.refer(thing, things[(place + 1) % things.length]))
  return things
}

/** The way of a neighbourhood's ring, from the node where it begins. Its anchor, there, holds the object of the third step. */
const STEPS = [0, 1, 3, 4, 2]
const ANCHORED_STEP = 2

/** With fewer nodes two of a ring's anchors and objects would meet. */
export const MIN_NEIGHBOURS = 7

/**
 * Rings of five objects on five nodes near each other, beginning at every node: a node has six peers, and five objects for each of
 * `perNode`, however many nodes there are. Every object is a suspect where it lives: it is held from a pinned object elsewhere.
 */
export function neighbourhoods(world: ScaleWorld, perNode: number): Structure {
  const { members } = world
  const structure = new Structure(world)
  for (const [first, node] of members.entries()) {
    const nodes = STEPS.map((step) => members[(first + step) % members.length])
    for (let left = perNode; left > 0; left--) structure.anchor(node, addRing(structure, nodes)[ANCHORED_STEP])
  }
  structure.establish()
  return structure
}

/** How many objects of each node a neighbourhood's ring takes. */
export const OBJECTS_PER_RING = STEPS.length

/**
 * One ring of so many hops, dealt out to the nodes in turn. Its anchor is on the node in the middle, which with more than two nodes
 * refers to the anchored object for the anchor's sake alone.
 */
export function longRing(world: ScaleWorld, hops: number): Structure {
  const { members } = world
  const structure = new Structure(world)
  const nodes = Array.from({ length: hops }, (_, hop) => members[hop % members.length])
  const [first] = addRing(structure, nodes)
  structure.anchor(members[members.length >> 1], first)
  structure.establish()
  return structure
}

/** Rings of so many hops each, over all nodes in turn; an anchor each, on the node behind. */
export function manyRings(world: ScaleWorld, { rings, hops }: { rings: number; hops: number }): Structure {
  const { members } = world
  const structure = new Structure(world)
  for (let ring = 0; ring < rings; ring++) {
    const nodes = Array.from({ length: hops }, (_, hop) => members[(ring + hop) % members.length])
    const [first] = addRing(structure, nodes)
    structure.anchor(members[(ring + members.length - 1) % members.length], first)
  }
  structure.establish()
  return structure
}
