/**
 * After everything has healed and what was let go of had time to go: no garbage is left, every table holds exactly what is live, and
 * every live reference works.
 */
import type { SimulatedNode } from '../simulated-node.js'
import { Held, type Reference } from '../thing.js'
import { Violation } from '../violation.js'
import type { World } from '../world.js'
import type { Checker } from './checker.js'

const NAME = 'nothing-left'

export const nothingLeft: Checker = {
  name: NAME,
  end(world) {
    const left = whatIsLeft(world)
    if (left !== null) throw new Violation(NAME, left)
  },
}

/** What there is that should not be, in words; null for nothing. Assumes that nothing is under way. O(all objects). */
export function whatIsLeft(world: World): string | null {
  world.oracle.walk()
  const holders = holdersOf(world)
  for (const node of world.lives) {
    if (!node.isUp) continue
    const left = leftAt(world, node, holders)
    if (left !== null) return left
  }
  return null
}

/** Who holds what, by the references that are there: `node:handle` and how many nodes. */
function holdersOf(world: World): Map<SimulatedNode, Map<number, number>> {
  const holders = new Map<SimulatedNode, Map<number, number>>()
  for (const node of world.lives) {
    if (!node.isUp) continue
    for (const held of node.held) {
      if (held === undefined) continue
      const { home, handle } = held.thing
      const ofHome = holders.get(home) ?? new Map<number, number>()
      holders.set(home, ofHome)
      ofHome.set(handle, (ofHome.get(handle) ?? 0) + 1)
    }
  }
  return holders
}

function leftAt(
  world: World,
  node: SimulatedNode,
  holders: ReadonlyMap<SimulatedNode, ReadonlyMap<number, number>>,
): string | null {
  const { collector, heap, label } = node
  const { exports, imports, ...others } = collector.tables
  for (const [table, size] of Object.entries(others))
    if (size !== 0) return `${label} has ${size} in its table of ${table}`
  const { owed, awaited, sent } = node.desk
  if (owed.length > 0) return `${label} owes ${owed.length} answers`
  if (awaited.size > 0) return `${label} waits for ${awaited.size} answers`
  if (sent.length > 0) return `${label} vouches for ${sent.length} answers`
  if (node.finalizers.length > 0) return `${label} has finalizers that have not run`
  const brokenReference = brokenAt(world, node)
  if (brokenReference !== null) return brokenReference
  const neighbours = world.lives.filter((other) => other !== node && other.isUp).length
  const { peers, lifetimes } = collector.acquaintances
  if (Math.max(peers, lifetimes) > neighbours) {
    return `${label} knows ${peers} nodes and ${lifetimes} lifetimes, and there are ${neighbours}`
  }
  let exported = 0
  for (const object of collector.exports) {
    exported++
    const thing = node.things.get(object)
    const expected = holders.get(node)?.get(object) ?? 0
    const referrers = collector.referrersOf(object).length
    if (expected === 0) return `${label} exports ${thing?.label}, which nobody holds`
    if (referrers !== expected) return `${label} lists ${referrers} for ${thing?.label}, which ${expected} hold`
  }
  if (exported !== exports) return `${label} has ${exports} exports, and names ${exported}`
  if (imports !== heap.importCount) return `${label} has ${imports} imports, and ${heap.importCount} in its heap`
  const live = [...node.things.values()].filter((thing) => world.oracle.isLive(thing)).length
  const brokenHandles = brokenHandlesAt(world, node)
  if (heap.objectCount !== live + brokenHandles) {
    return `${label} has ${heap.objectCount} objects, of which ${live} are live`
  }
  return null
}

/** What stands for references that broke counts as an object of the heap, as long as something refers to it. */
function brokenHandlesAt(world: World, node: SimulatedNode): number {
  const broken = new Set<Reference>()
  for (const thing of node.things.values()) {
    if (!world.oracle.isLive(thing)) continue
    for (const reference of thing.references) {
      if (reference instanceof Held && reference.state === 'broken') broken.add(reference)
    }
  }
  return broken.size
}

/** A live reference that neither works nor is broken. */
function brokenAt(world: World, node: SimulatedNode): string | null {
  for (const held of node.held) {
    if (held === undefined) continue
    const what = `${held.thing.label} at ${node.label}`
    if (!world.oracle.isLive(held)) return `the import of ${what} is useless`
    const owner = held.thing.home
    if (!owner.isUp) return `the import of ${what} has no owner any more`
    if (!owner.collector.referrersOf(held.thing.handle).some((other) => other.node === node.id)) {
      return `the import of ${what} is not listed`
    }
    if (node.viewOf(owner)?.number !== owner.viewOf(node)?.number) return `the import of ${what} has no session`
  }
  return null
}
