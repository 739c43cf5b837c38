/**
 * The reference graph over a graphology `DirectedGraph`, for everything that ecosystem can do with one: queries,
 * components, layouts, exports, renderers. About 1.3 kB an object; above some ten thousand objects take `CompactGraph`.
 *
 * A graphology node is an object, its name the decimal key; an edge stands for all parallel references from its source
 * to its target. Attributes are the state, nothing is kept beside them but the number of references:
 * - of a node: `roots`, how many times it is a root; `color`, `white`, `grey` or `black`, which means something during
 *   a mark
 * - of an edge: `count`, how many parallel references it stands for, at least 1
 */
import { type ObjectKey, UsageError } from '@holdfast/core'
import { DirectedGraph } from 'graphology'
import { checkFinished, type Mark, type Markable, MarkTicket } from './mark.js'
import { checkCount, objectKey, type ReferenceGraph } from './reference-graph.js'

export interface ObjectAttributes {
  [name: string]: unknown
  roots: number
  color: 'white' | 'grey' | 'black'
}

export interface ReferenceAttributes {
  [name: string]: unknown
  count: number
}

export class GraphologyGraph implements ReferenceGraph {
  /**
   * The graph underneath: read it, annotate it, draw it; objects, references and roots are changed through this class
   * alone.
   */
  readonly graphology = new DirectedGraph<ObjectAttributes, ReferenceAttributes>()
  #referenceCount = 0
  #currentMark: Mark | null = null
  /** Shaded and not scanned yet. The object may be gone, or its key be that of a new, black one: scanning that is idle. */
  #greys: string[] = []
  readonly #markable: Markable = {
    isCurrent: (mark) => this.#currentMark === mark,
    isFinished: () => this.#greys.length === 0,
    step: (budget) => this.#step(budget),
    isWhite: (key) => this.#attribute(key, 'color') === 'white',
    whites: () => this.#select((attributes) => attributes.color === 'white'),
    forEachWhite: (visit) => {
      for (const key of this.#select((attributes) => attributes.color === 'white')) visit(key)
    },
    end: () => {
      this.#currentMark = null
      this.#greys = []
    },
  }

  get objectCount(): number {
    return this.graphology.order
  }

  get referenceCount(): number {
    return this.#referenceCount
  }

  /** Nothing to do: graphology grows as it goes. */
  reserve(_objects: number, _references: number): void {}

  addObject(key: ObjectKey): void {
    objectKey(key)
    if (this.hasObject(key)) throw new UsageError('object-exists', 'the object exists already', { key })
    this.graphology.addNode(String(key), { roots: 0, color: 'black' })
  }

  hasObject(key: ObjectKey): boolean {
    return this.graphology.hasNode(String(key))
  }

  removeObject(key: ObjectKey): void {
    const name = this.#nameOf(key)
    if (this.graphology.inDegree(name) > 0 || this.rootCount(key) > 0)
      throw new UsageError('object-in-use', 'the object is a root or referred to', { key })
    this.#drop(name)
  }

  /** Expected O(1). */
  addReference(from: ObjectKey, to: ObjectKey, count = 1): void {
    const source = this.#nameOf(from)
    const target = this.#nameOf(to)
    checkCount(count)
    this.graphology.updateEdge(source, target, (attributes) => ({
      ...attributes,
      count: (attributes.count ?? 0) + count,
    }))
    this.#referenceCount += count
    this.#barrier(target)
  }

  /** Expected O(1). */
  removeReference(from: ObjectKey, to: ObjectKey, count = 1): void {
    const left = this.countReferences(from, to) - checkCount(count)
    if (left < 0) throw new UsageError('no-such-reference', 'there are fewer such references', { from, to, count })
    if (left === 0) this.graphology.dropEdge(String(from), String(to))
    else this.graphology.setEdgeAttribute(String(from), String(to), 'count', left)
    this.#referenceCount -= count
  }

  /** Expected O(1). */
  countReferences(from: ObjectKey, to: ObjectKey): number {
    const edge = this.graphology.edge(this.#nameOf(from), this.#nameOf(to))
    return edge === undefined ? 0 : this.graphology.getEdgeAttribute(edge, 'count')
  }

  references(from: ObjectKey): Iterable<readonly [to: ObjectKey, count: number]> {
    const found: (readonly [ObjectKey, number])[] = []
    for (const { target, attributes } of this.graphology.outEdgeEntries(this.#nameOf(from)))
      found.push([keyOf(target), attributes.count])
    return found
  }

  addRoot(key: ObjectKey): void {
    this.graphology.setNodeAttribute(this.#nameOf(key), 'roots', this.rootCount(key) + 1)
    this.#barrier(String(key))
  }

  removeRoot(key: ObjectKey): void {
    const left = this.rootCount(key) - 1
    if (left < 0) throw new UsageError('not-a-root', 'the object is not a root', { key })
    this.graphology.setNodeAttribute(String(key), 'roots', left)
  }

  rootCount(key: ObjectKey): number {
    return this.#attribute(key, 'roots')
  }

  objects(): Iterable<ObjectKey> {
    return this.#select(() => true)
  }

  roots(): Iterable<ObjectKey> {
    return this.#select((attributes) => attributes.roots > 0)
  }

  mark(): Mark {
    this.graphology.updateEachNodeAttributes((_node, attributes) => ({ ...attributes, color: 'white' }), {
      attributes: ['color'],
    })
    this.#greys = []
    for (const root of this.roots()) this.#shade(String(root))
    this.#currentMark = new MarkTicket(this.#markable)
    return this.#currentMark
  }

  sweep(mark: Mark): number {
    checkFinished(this.#markable, mark)
    const whites = [...mark.whites()]
    for (const key of whites) this.#drop(String(key))
    mark.end()
    return whites.length
  }

  /** A slice ends between objects: it may exceed its budget by the references of one. */
  #step(budget: number): boolean {
    let left = budget
    while (left > 0 && this.#greys.length > 0) {
      const name = this.#greys.pop() as string
      left--
      if (!this.graphology.hasNode(name)) continue
      this.graphology.forEachOutNeighbor(name, (target) => {
        left--
        this.#shade(target)
      })
      this.graphology.setNodeAttribute(name, 'color', 'black')
    }
    return this.#greys.length === 0
  }

  /** The insertion barrier (see `marker.ts`). */
  #barrier(name: string): void {
    if (this.#currentMark !== null) this.#shade(name)
  }

  #shade(name: string): void {
    if (this.graphology.getNodeAttribute(name, 'color') !== 'white') return
    this.graphology.setNodeAttribute(name, 'color', 'grey')
    this.#greys.push(name)
  }

  /** Removes an object, the references it has and those to it. */
  #drop(name: string): void {
    this.graphology.forEachOutEdge(name, (_edge, attributes) => {
      this.#referenceCount -= attributes.count
    })
    this.graphology.forEachInEdge(name, (_edge, attributes, source) => {
      if (source !== name) this.#referenceCount -= attributes.count
    })
    this.graphology.dropNode(name)
  }

  /** @throws UsageError `no-such-object` */
  #nameOf(key: ObjectKey): string {
    if (!this.hasObject(key)) throw new UsageError('no-such-object', 'no object has this key', { key })
    return String(key)
  }

  #attribute<Name extends 'roots' | 'color'>(key: ObjectKey, name: Name): ObjectAttributes[Name] {
    return this.graphology.getNodeAttribute(this.#nameOf(key), name)
  }

  *#select(matches: (attributes: ObjectAttributes) => boolean): Generator<ObjectKey> {
    for (const { node, attributes } of this.graphology.nodeEntries()) if (matches(attributes)) yield keyOf(node)
  }
}

/** Names are made of keys by this class alone, so that they need no validation. */
const keyOf = (name: string): ObjectKey => Number(name) as ObjectKey
