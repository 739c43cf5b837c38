/**
 * Objects on many nodes that refer to each other, held from *anchors*: pinned objects that refer to some of them. Nothing outside
 * refers to a structure, so when its anchors are let go of it is garbage as a whole. References between nodes are made as a program
 * makes them: the owner sends a message that grants them.
 */
import type { Handle } from '@holdfast/heap/object-heap'
import { Violation } from '../../violation.js'
import type { ScaleNode } from '../world/scale-node.js'
import type { Called, ScaleWorld } from '../world/scale-world.js'
import type { TableCounts } from './table-counts.js'

/** An object of a structure. */
export interface Thing {
  readonly node: ScaleNode
  readonly handle: Handle
}

/** References of one node's objects that others are to be given. */
interface Grants {
  readonly owner: ScaleNode
  readonly holder: ScaleNode
  /** Which object of the holder is to refer to which of the owner, place by place. */
  readonly sources: Handle[]
  readonly targets: Handle[]
}

/** The most references in a message: a frame or two. */
const REFERENCES_PER_CALL = 4096

const NO_PAYLOAD = new Uint8Array(0)

export class Structure {
  readonly #world: ScaleWorld
  readonly #things: Thing[] = []
  readonly #anchors: Thing[] = []
  readonly #grants = new Map<number, Grants>()
  readonly #counts = new Map<ScaleNode, { objects: number; exports: number; imports: number }>()
  /** By number of the call: which objects are to refer to what it brings. */
  readonly #letters = new Map<number, readonly Handle[]>()
  #calls = 0
  #isHeld = true

  constructor(world: ScaleWorld) {
    this.#world = world
  }

  /** Whether the anchors still hold it. */
  get isHeld(): boolean {
    return this.#isHeld
  }

  /** How many objects it has, without the anchors. */
  get size(): number {
    return this.#things.length
  }

  /** How many anchors hold, or held, it. */
  get anchorCount(): number {
    return this.#anchors.length
  }

  /** What each node's heap and tables have because of it, while it is held. */
  get counts(): ReadonlyMap<ScaleNode, TableCounts> {
    return this.#counts
  }

  /** Whether each of its objects, anchors included, is still there. O(objects). */
  presence(): boolean[] {
    return [...this.#things, ...this.#anchors].map(({ node, handle }) => node.heap.resolves(handle))
  }

  /** A new object on a node. */
  create(node: ScaleNode): Thing {
    const thing = { node, handle: node.heap.create() }
    this.#things.push(thing)
    this.#countsOf(node).objects++
    return thing
  }

  /** Holds an object from a new, pinned one on a node. */
  anchor(node: ScaleNode, to: Thing): void {
    const anchor = { node, handle: node.heap.create() }
    this.#anchors.push(anchor)
    this.#countsOf(node).objects++
    this.refer(anchor, to)
  }

  /** One object is to refer to another, once `establish` has been called. */
  refer(from: Thing, to: Thing): void {
    if (from.node === to.node) {
      from.node.heap.addReference(from.handle, to.handle)
      return
    }
    const key = to.node.place * this.#world.members.length + from.node.place
    let grants = this.#grants.get(key)
    if (grants === undefined) {
      grants = { owner: to.node, holder: from.node, sources: [], targets: [] }
      this.#grants.set(key, grants)
    }
    grants.sources.push(from.handle)
    grants.targets.push(to.handle)
  }

  /** Sends all grants; from then on only the anchors hold it. */
  establish(): void {
    const world = this.#world
    for (const { owner, holder } of this.#grants.values()) world.link(owner, holder)
    world.settle()
    world.onCalled = (node, call) => this.#arrived(node, call)
    for (const grants of this.#grants.values()) this.#send(grants)
    world.settle()
    world.onCalled = null
    if (this.#letters.size > 0) throw new Violation('scale', `${this.#letters.size} grants did not arrive`)
    this.#countEntries()
    this.#grants.clear()
    for (const { node, handle } of this.#things) node.heap.unpin(handle)
  }

  /** Lets go of the anchors. */
  letGo(): void {
    this.#isHeld = false
    for (const { node, handle } of this.#anchors) node.heap.unpin(handle)
  }

  #send({ owner, holder, sources, targets }: Grants): void {
    for (let start = 0; start < sources.length; start += REFERENCES_PER_CALL) {
      const end = start + REFERENCES_PER_CALL
      const call = ++this.#calls
      this.#letters.set(call, sources.slice(start, end))
      const references = targets.slice(start, end).map((object) => ({ object }))
      this.#world.step(owner, { type: 'call', to: { node: holder.id }, call, references, payload: NO_PAYLOAD })
    }
  }

  #arrived({ heap, id }: ScaleNode, { call, references }: Called): void {
    const sources = this.#letters.get(call)
    if (sources?.length !== references.length) throw new Violation('scale', `an unknown call ${call} at ${id}`)
    this.#letters.delete(call)
    references.forEach((reference, place) => {
      if (!('import' in reference)) throw new Violation('scale', `no import arrived at ${id}`)
      const handle = heap.importHandle(reference.import)
      heap.addReference(sources[place], handle)
      heap.unpin(handle)
    })
  }

  /** An object has one export however many hold it, and one import on each node that does. */
  #countEntries(): void {
    const exported = new Map<ScaleNode, Set<Handle>>()
    for (const { owner, holder, targets } of this.#grants.values()) {
      const ofOwner = exported.get(owner) ?? new Set<Handle>()
      exported.set(owner, ofOwner)
      for (const target of targets) ofOwner.add(target)
      this.#countsOf(holder).imports += new Set(targets).size
    }
    for (const [owner, targets] of exported) this.#countsOf(owner).exports += targets.size
  }

  #countsOf(node: ScaleNode): { objects: number; exports: number; imports: number } {
    let counts = this.#counts.get(node)
    if (counts === undefined) {
      counts = { objects: 0, exports: 0, imports: 0 }
      this.#counts.set(node, counts)
    }
    return counts
  }
}
