/** What ordinary code does on the nodes of a random run: pass references on, link and unlink objects, let go. */
import type { Random } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import type { World } from './world.js'
import type { WorldNode } from './world-node.js'

const MAX_OBJECTS = 8

export interface MutatorOptions {
  /** Prefers references to third nodes when it sends: more gifts. */
  readonly prefersGifts: boolean
}

export class Mutator {
  readonly #world: World
  readonly #random: Random
  readonly #options: MutatorOptions

  constructor(world: World, random: Random, options: MutatorOptions) {
    this.#world = world
    this.#random = random
    this.#options = options
  }

  /** Sends a message with one reference (or none) to an imported object. */
  send(node: WorldNode): void {
    const handles = reachableHandles(node)
    const imports = handles.filter((handle) => node.identities.has(handle))
    if (imports.length === 0) return
    const target = this.#random.pick(imports)
    this.#sendTo(node, { target }, this.#random.chance(0.85) ? [this.#value(node, handles, target)] : [])
  }

  #value(node: WorldNode, handles: readonly Handle[], target: Handle): Handle {
    const { home } = node.identityOf(target)
    const thirds = handles.filter((handle) => ![home, node.name].includes(node.identityOf(handle).home))
    const prefers = this.#options.prefersGifts && thirds.length > 0 && this.#random.chance(0.6)
    return this.#random.pick(prefers ? thirds : handles)
  }

  /** Sends an object of its own to another node itself. */
  publish(node: WorldNode, to: string): void {
    const own = node.roots.filter((handle) => !node.identities.has(handle))
    this.#sendTo(node, { node: to }, [own[0] ?? node.create()])
  }

  #sendTo(node: WorldNode, to: { target: Handle } | { node: string }, references: readonly Handle[]): void {
    try {
      this.#world.send(node.name, to, references)
    } catch (error) {
      // The depth rule asks the caller to wait for the acknowledgement; this caller just does something else.
      if (!(error instanceof Error && 'code' in error && error.code === 'gift-depth')) throw error
    }
  }

  refer(node: WorldNode): void {
    const handles = reachableHandles(node)
    const own = handles.filter((handle) => !node.identities.has(handle))
    if (own.length > 0) node.heap.addReference(this.#random.pick(own), this.#random.pick(handles))
  }

  unrefer(node: WorldNode): void {
    const own = reachableHandles(node).filter((handle) => !node.identities.has(handle))
    if (own.length === 0) return
    const from = this.#random.pick(own)
    const targets = node.heap.referencesOf(from)
    if (targets.length > 0) node.heap.removeReference(from, this.#random.pick(targets))
  }

  holdWeakly(node: WorldNode): void {
    const handles = reachableHandles(node)
    if (handles.length > 0) node.holdWeakly(this.#random.pick(handles))
  }

  deref(node: WorldNode): void {
    const handles = [...node.weak.keys()]
    if (handles.length > 0) node.deref(this.#random.pick(handles))
  }

  letGo(node: WorldNode, count: number): void {
    for (let left = count; left > 0 && node.roots.length > 0; left--) node.letGo(this.#random.pick(node.roots))
  }

  create(node: WorldNode): void {
    if (node.heap.objectCount < MAX_OBJECTS) node.create()
  }
}

/** Every handle that a node's ordinary code can get at, once for each way to it from a root or an object. */
function reachableHandles(node: WorldNode): Handle[] {
  const found: Handle[] = []
  const seen = new Set<Handle>()
  const stack = [...node.roots]
  for (let handle = stack.pop(); handle !== undefined; handle = stack.pop()) {
    found.push(handle)
    if (seen.has(handle)) continue
    seen.add(handle)
    stack.push(...node.heap.referencesOf(handle))
  }
  return found
}
