/** What the program of a node can get at: from what it holds, through its own objects. */
import type { Label } from './action.js'
import type { SimulatedNode } from './simulated-node.js'
import { Held, type Reference, type Thing, thingOf } from './thing.js'

/** Every usable reference, each once, in the order of a walk from the last hold. O(what is reached). */
export function reachable(node: SimulatedNode): Reference[] {
  const found: Reference[] = []
  const seen = new Set<Reference>()
  const stack: Reference[] = [...node.roots]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    if (next instanceof Held) {
      if (next.state === 'held') found.push(next)
      continue
    }
    found.push(next)
    for (const reference of next.references) stack.push(reference)
  }
  return found
}

/** The usable reference to a named object at a node. */
export function find(node: SimulatedNode, label: Label): Reference | undefined {
  // Most of what is named is held directly, and the walk is long in a large heap.
  for (const root of node.roots) if (thingOf(root).label === label && isUsable(root)) return root
  return reachable(node).find((reference) => thingOf(reference).label === label)
}

/** A node's own object that its program can get at. */
export function findOwn(node: SimulatedNode, label: Label): Thing | undefined {
  const found = find(node, label)
  return found instanceof Held ? undefined : found
}

const isUsable = (reference: Reference): boolean => !(reference instanceof Held) || reference.state === 'held'
