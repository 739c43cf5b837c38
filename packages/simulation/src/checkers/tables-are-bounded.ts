/**
 * However long nodes come and go, what the tables remember of them stays in proportion to what is there: to the references, the
 * objects, and the lifetimes that a quarantine can still matter to.
 */
import type { SimulatedNode } from '../simulated-node.js'
import { Violation } from '../violation.js'
import type { World } from '../world.js'
import type { Checker } from './checker.js'

const NAME = 'tables-are-bounded'

export const tablesAreBounded: Checker = {
  name: NAME,

  step(world) {
    for (const node of world.lives) if (node.isActive && !node.isHostile) check(world, node)
  },
}

function check(world: World, node: SimulatedNode): void {
  const { exports, imports, pins } = node.collector.tables
  const issued = node.exported.length
  if (exports > issued) throw new Violation(NAME, `${node.label} has ${exports} exports, and has issued ${issued} ids`)
  // An import is in the heap or waits for its finalizer; a forged one may be forgotten by both, and is the liar's doing.
  const known = node.heap.importCount + node.finalizers.length
  if (imports > known && !world.hasLiars) {
    throw new Violation(NAME, `${node.label} has ${imports} imports, of which its heap knows ${known}`)
  }
  if (pins > imports) throw new Violation(NAME, `${node.label} has ${pins} pins for ${imports} imports`)
}
