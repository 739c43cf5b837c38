/** The truth over all nodes at once: what is reachable from roots and from messages under way, and whether it is all still there. */
import { Violation, type World } from './world.js'
import type { Identity } from './world-node.js'

const keyOf = ({ home, handle }: Identity): string => `${home}:${handle}`

/** Everything reachable, by home and handle. @throws Violation when something reachable is gone */
export function reachable(world: World): Set<string> {
  const seen = new Set<string>()
  const stack: Identity[] = []
  const reach = (at: string, identity: Identity): void => {
    if (identity.home !== at && world.node(identity.home).collector.referrersOf(identity.handle).length === 0) {
      throw new Violation(`a live reference without an export: ${keyOf(identity)} from ${at}`)
    }
    stack.push(identity)
  }
  for (const node of world.nodes.values()) for (const root of node.roots) reach(node.name, node.identityOf(root))
  for (const { to, target, references } of world.letters.values()) {
    for (const identity of target === null ? references : [target, ...references]) {
      // To its home it travels as a use of an export, so the export must be there too.
      if (identity.home === to && identity !== target && world.node(to).heap.resolves(identity.handle))
        stack.push(identity)
      else reach(`${to}'s mail`, identity)
    }
  }
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const key = keyOf(next)
    if (seen.has(key)) continue
    seen.add(key)
    const home = world.node(next.home)
    if (!home.heap.resolves(next.handle)) throw new Violation(`a live object is gone: ${key}`)
    for (const handle of home.heap.referencesOf(next.handle)) reach(home.name, home.identityOf(handle))
  }
  return seen
}

/** After everything settled: what is left must be what is reachable, and the tables exactly what that needs. */
export function checkNothingLeft(world: World): void {
  const live = reachable(world)
  for (const node of world.nodes.values()) {
    let exported = 0
    const { heap, collector, name } = node
    for (const object of collector.exports) {
      exported++
      if (!live.has(`${name}:${object}`)) throw new Violation(`a useless export at ${name}`)
    }
    const { exports, imports, pins } = collector.tables
    if (exports !== exported || pins !== 0)
      throw new Violation(`tables at ${name}: ${JSON.stringify({ exports, pins })}`)
    if (imports !== heap.importCount)
      throw new Violation(`imports at ${name}: ${imports} but ${heap.importCount} in the heap`)
    const mine = [...live].filter((key) => key.startsWith(`${name}:`)).length
    if (heap.objectCount !== mine)
      throw new Violation(`garbage at ${name}: ${heap.objectCount} objects, ${mine} reachable`)
  }
}
