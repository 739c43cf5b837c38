/**
 * The truth over all nodes at once: what is reachable from roots and from messages under way, along references that are promised, and
 * whether it is all still there.
 */
import type { Handle } from '@holdfast/heap/object-heap'
import type { Letter } from './letter.js'
import { Violation } from './violation.js'
import type { World } from './world.js'
import type { Identity, WorldNode } from './world-node.js'

/** What an object is called among those reachable. */
export const keyOf = ({ home, life, handle }: Identity): string => `${home}#${life}:${handle}`

/** Everything reachable, by home and handle. @throws Violation when something reachable is gone */
export function reachable(world: World): Set<string> {
  const walk = new Walk(world)
  for (const node of world.nodes.values()) for (const root of node.roots) walk.from(node, root)
  for (const letter of world.letters.values()) walk.fromLetter(letter)
  return walk.finish()
}

class Walk {
  readonly #world: World
  readonly #seen = new Set<string>()
  readonly #stack: Identity[] = []

  constructor(world: World) {
    this.#world = world
  }

  /** Goes along a reference that a node has. */
  from(node: WorldNode, handle: Handle): void {
    if (this.#world.promises.isPromised(node, handle)) this.#reach(node, node.identityOf(handle))
  }

  fromLetter(letter: Letter): void {
    const { to, target, references } = letter
    if (!this.#world.promises.isUnderWay(letter)) return
    for (const enclosed of target === null ? references : [target, ...references]) {
      const { meant, isPromised } = enclosed
      if (!isPromised || this.#world.promises.homeOf(meant) === null) continue
      // To its home it travels as a use of an export, so the export must be there too.
      const isHome = meant.home === to.name && meant.life === to.life
      if (isHome && enclosed !== target && to.heap.resolves(meant.handle)) this.#stack.push(meant)
      else this.#through(`${to.name}'s mail`, meant)
    }
  }

  finish(): Set<string> {
    for (let next = this.#stack.pop(); next !== undefined; next = this.#stack.pop()) {
      const key = keyOf(next)
      const home = this.#world.promises.homeOf(next)
      if (this.#seen.has(key) || home === null) continue
      this.#seen.add(key)
      if (!home.heap.resolves(next.handle)) throw new Violation(`a live object is gone: ${key}`)
      for (const handle of home.heap.referencesOf(next.handle)) this.from(home, handle)
    }
    return this.#seen
  }

  #reach(at: WorldNode, identity: Identity): void {
    if (identity.home === at.name && identity.life === at.life) this.#stack.push(identity)
    else this.#through(at.name, identity)
  }

  #through(at: string, identity: Identity): void {
    const home = this.#world.promises.homeOf(identity)
    if (home !== null && home.collector.referrersOf(identity.handle).length === 0) {
      throw new Violation(`a live reference without an export: ${keyOf(identity)} from ${at}`)
    }
    this.#stack.push(identity)
  }
}

/** After everything settled: what is left must be what is reachable, and the tables exactly what that needs. */
export function checkNothingLeft(world: World): void {
  const live = reachable(world)
  for (const node of world.nodes.values()) {
    let exported = 0
    const { heap, collector, name } = node
    const mine = (key: string): boolean => key.startsWith(`${name}#${node.life}:`)
    for (const object of collector.exports) {
      exported++
      if (!live.has(keyOf(node.identityOf(object)))) throw new Violation(`a useless export at ${name}`)
    }
    const { exports, imports, ...unsettled } = collector.tables
    if (exports !== exported || Object.values(unsettled).some((size) => size !== 0))
      throw new Violation(`tables at ${name}: ${JSON.stringify(collector.tables)}`)
    if (imports !== heap.importCount)
      throw new Violation(`imports at ${name}: ${imports} but ${heap.importCount} in the heap`)
    const reached = [...live].filter(mine).length
    if (heap.objectCount !== reached)
      throw new Violation(`garbage at ${name}: ${heap.objectCount} objects, ${reached} reachable`)
    if (collector.counts.repairs > 0) throw new Violation(`tables at ${name} had to be repaired`)
  }
}
