/** Cycles to collect. */
import type { Handle } from '@holdfast/heap/object-heap'
import type { World } from './world.js'

/** An object by its node's name and its handle there. */
export type Placed = readonly [name: string, handle: Handle]

/** A new object on a node; it has no root but the one returned with it. */
export function place(world: World, name: string, body?: object): Placed {
  return [name, world.node(name).create(body)]
}

/** Lets one object refer to another, which its node gives to it if it lives elsewhere. */
export function refer(world: World, [from, source]: Placed, [to, target]: Placed): void {
  const node = world.node(from)
  if (from === to) {
    node.heap.addReference(source, target)
    return
  }
  world.send(to, { node: from }, [target])
  world.settle()
  const imported = node.roots.at(-1) as Handle
  node.heap.addReference(source, imported)
  node.letGo(imported)
}

/** One object on each of the nodes, each referring to the next; all still held by their nodes. */
export function tieRing(world: World, names: readonly string[], body?: () => object): Placed[] {
  const objects = names.map((name) => place(world, name, body?.()))
  objects.forEach((object, index) => refer(world, object, objects[(index + 1) % objects.length]))
  return objects
}

export function letGo(world: World, objects: readonly Placed[]): void {
  for (const [name, handle] of objects) world.node(name).letGo(handle)
}

/** Which of the objects are still there. */
export function alive(world: World, objects: readonly Placed[]): boolean[] {
  return objects.map(([name, handle]) => world.node(name).heap.resolves(handle))
}
