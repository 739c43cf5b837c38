/**
 * A large structure that nobody uses, held from one object far away: a binary tree over all nodes whose objects refer to their
 * parents, too, so that it is one big cycle. Every object of it is a suspect on its own node, and live.
 */
import type { ScaleWorld } from '../world/scale-world.js'
import { Structure, type Thing } from './structure.js'

/** O(objects). */
export function idleTree(world: ScaleWorld, objects: number): Structure {
  const { members } = world
  const structure = new Structure(world)
  const things: Thing[] = []
  for (let place = 0; place < objects; place++) things.push(structure.create(members[place % members.length]))
  for (let place = 1; place < objects; place++) {
    const parent = things[(place - 1) >> 1]
    structure.refer(parent, things[place])
    structure.refer(things[place], parent)
  }
  structure.anchor(members[members.length - 1], things[0])
  structure.establish()
  return structure
}
