/**
 * Whether exactly the garbage is gone: every object of the structures that are held is there, none of the others is, nothing else is
 * on any node, and the tables list what is held across nodes and nothing more.
 */
import { Violation } from '../../violation.js'
import type { ScaleNode } from '../world/scale-node.js'
import type { ScaleWorld } from '../world/scale-world.js'
import type { Structure } from './structure.js'
import type { TableCounts } from './table-counts.js'

/** @param structures all that the world ever had. O(nodes + objects). @throws Violation */
export function checkStructures(world: ScaleWorld, structures: readonly Structure[]): void {
  for (const structure of structures) checkPresence(structure)
  const held = structures.filter(({ isHeld }) => isHeld)
  for (const node of world.members) checkNode(node, held)
  checkTables(world.coordinator, { objects: 0, exports: 0, imports: 0 })
}

/** How many objects are there that no structure in use has. O(nodes). */
export function garbageLeft(world: ScaleWorld, structures: readonly Structure[]): number {
  let there = 0
  for (const { heap } of world.members) there += heap.objectCount
  for (const { isHeld, size, anchorCount } of structures) if (isHeld) there -= size + anchorCount
  return there
}

function checkPresence(structure: Structure): void {
  const presence = structure.presence()
  const wrong = presence.filter((isThere) => isThere !== structure.isHeld).length
  if (wrong === 0) return
  const what = structure.isHeld ? 'live objects are gone' : 'garbage objects are still there'
  throw new Violation('scale', `${wrong} of ${presence.length} ${what}`)
}

function checkNode(node: ScaleNode, held: readonly Structure[]): void {
  let objects = 0
  let exports = 0
  let imports = 0
  for (const { counts } of held) {
    const here = counts.get(node)
    objects += here?.objects ?? 0
    exports += here?.exports ?? 0
    imports += here?.imports ?? 0
  }
  checkTables(node, { objects, exports, imports })
}

function checkTables({ id, collector, heap }: ScaleNode, { objects, exports, imports }: TableCounts): void {
  const expected = { exports, imports, pins: 0, quarantined: 0, claims: 0, suspended: 0, unvouched: 0 }
  const actual = { objects: heap.objectCount, proxies: heap.importCount, ...collector.tables }
  const wanted = { objects, proxies: imports, ...expected }
  if (Object.entries(wanted).some(([name, count]) => actual[name as keyof typeof actual] !== count)) {
    throw new Violation('scale', `${id} has ${JSON.stringify(actual)}, and should have ${JSON.stringify(wanted)}`)
  }
  const { alarms, repairs } = collector.counts
  if (alarms + repairs > 0) throw new Violation('scale', `${id} counts ${alarms} alarms, ${repairs} repairs`)
}
