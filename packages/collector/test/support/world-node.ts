/** One lifetime of a node of a world: the real collector, the real heap, and what its ordinary code holds. */

import { type ImportId, type Incarnation, nodeId, type Rules } from '@holdfast/core'
import { FrozenTrace } from '@holdfast/heap/frozen-trace'
import { type Handle, ObjectHeap } from '@holdfast/heap/object-heap'
import {
  Collector,
  type CollectorImage,
  type CollectorOptions,
  type LocalReference,
  type WeakHold,
} from '../../src/index.js'
import { giftTokensOf } from './gift-tokens.js'

/** An object by its home, its home's lifetime and its handle there: what a reference must still mean wherever it travels. */
export interface Identity {
  readonly home: string
  readonly life: number
  readonly handle: Handle
}

/**
 * What makes an import good: that its owner lists it, or that this holder has asked for that in a session of this number (0: as
 * soon as there is one).
 */
export type Standing = 'listed' | number

export class WorldNode {
  readonly name: string
  readonly #makeCollector: () => Collector
  #collector: Collector
  readonly heap = new ObjectHeap()
  /** What this node's ordinary code holds: a pin each. */
  readonly roots: Handle[] = []
  /** Which object each import stands for, by the test's own knowledge. */
  readonly identities = new Map<Handle, Identity>()
  /** Which imports have been promised to this node, and why. */
  readonly standings = new Map<Handle, Standing>()
  /** Imports that the heap has let go of, and whose finalizers are still to run. */
  readonly unfinalized = new Set<ImportId>()
  /** What weak holders of its code refer to, with the stamp of each. */
  readonly weak = new Map<Handle, number>()
  #stamp = 0
  /** The number of the session with each peer there is one with. */
  readonly sessions = new Map<string, number>()
  /** The highest number of a session there has been with each peer. */
  readonly #highest = new Map<string, number>()

  constructor(name: string, options: Partial<CollectorOptions>, rules: Rules) {
    this.name = name
    const node = nodeId(name)
    const incarnation = options.incarnation ?? (1 as Incarnation)
    const giftTokens = giftTokensOf(`${name}#${incarnation}`)
    this.#makeCollector = () => new Collector({ node, incarnation, giftTokens, trusts: () => true, ...options }, rules)
    this.#collector = this.#makeCollector()
  }

  get collector(): Collector {
    return this.#collector
  }

  /** Goes on as another collector, from an image of this one, behind a `checkpoint`. @returns that */
  resume(): CollectorImage {
    const image = structuredClone(this.#collector.image())
    this.#collector = this.another(image)
    return image
  }

  /** Another collector of this lifetime, as of an image. */
  another(image: CollectorImage): Collector {
    const collector = this.#makeCollector()
    collector.restore(image)
    return collector
  }

  /** Which lifetime of its name this is. */
  get life(): number {
    return this.collector.address.incarnation
  }

  create(body?: unknown): Handle {
    const handle = this.heap.create(body)
    this.roots.push(handle)
    return handle
  }

  /** Ordinary code lets go of one of its holds. */
  letGo(handle: Handle): void {
    const at = this.roots.indexOf(handle)
    if (at < 0) throw new Error(`${this.name} does not hold ${handle}`)
    this.roots.splice(at, 1)
    this.heap.unpin(handle)
  }

  /** Ordinary code lets go of all that it holds. */
  letGoOfAll(): void {
    for (const handle of this.roots.splice(0)) this.heap.unpin(handle)
  }

  /** Ordinary code makes a weak holder. */
  holdWeakly(handle: Handle): void {
    this.weak.set(handle, ++this.#stamp)
  }

  /** Ordinary code holds what a weak holder refers to. @returns whether that was still there */
  deref(handle: Handle): boolean {
    this.#forgetWeak()
    if (!this.weak.has(handle)) return false
    this.weak.set(handle, ++this.#stamp)
    this.roots.push(this.heap.arrive(handle))
    return true
  }

  /** What a report says of weak holders. */
  weakHolds(): WeakHold[] {
    this.#forgetWeak()
    return Array.from(this.weak, ([handle, stamp]) => ({ ...referenceOf(this, handle), stamp }))
  }

  /** A weak holder of what is gone is empty. */
  #forgetWeak(): void {
    for (const handle of this.weak.keys()) {
      if (!this.heap.resolves(handle) || this.heap.isBroken(handle)) this.weak.delete(handle)
    }
  }

  /** Clears these holders, unless one has been dereferenced since. @returns what was held */
  clearWeak(holds: readonly WeakHold[]): Handle[] {
    const handles = holds.map((hold) => ('object' in hold ? hold.object : this.heap.handleOfImport(hold.import)))
    const isOld = holds.every(({ stamp }, place) => this.weak.get(handles[place] as Handle) === stamp)
    const cleared = isOld ? (handles as Handle[]) : []
    for (const handle of cleared) this.weak.delete(handle)
    return cleared
  }

  /** Which object a handle stands for, here or elsewhere. */
  identityOf(handle: Handle): Identity {
    return this.identities.get(handle) ?? { home: this.name, life: this.life, handle }
  }

  /** Forgets what it knows of imports that the heap has let go of. */
  forgetStale(): void {
    for (const handle of this.identities.keys()) {
      if (this.heap.resolves(handle)) continue
      this.identities.delete(handle)
      this.standings.delete(handle)
    }
  }

  /** A turn is over: looks what sessions there are. */
  noteSessions(): void {
    this.sessions.clear()
    for (const { peer } of this.collector.sessions()) {
      const number = this.collector.sessionWith(peer)?.number ?? 0
      this.sessions.set(peer, number)
      this.#highest.set(peer, Math.max(number, this.#highest.get(peer) ?? 0))
    }
  }

  /** Whether what a peer sent in a session may still be taken in: the session is open, or about to be. */
  accepts(peer: string, session: number): boolean {
    return this.sessions.get(peer) === session || session > (this.#highest.get(peer) ?? 0)
  }
}

/** A handle as a reference of the application: an object of the node's own, or an import. */
export function referenceOf(node: WorldNode, handle: Handle): LocalReference {
  const id = node.heap.importOf(handle)
  return id === undefined ? { object: handle } : { import: id }
}

/** What a node's program reaches, copied now, to report on later. */
export function frozenTrace({ heap, collector, roots, identities, weak }: WorldNode): FrozenTrace {
  return new FrozenTrace(heap, {
    roots,
    pinned: collector.pinned,
    others: [...collector.exports, ...identities.keys(), ...[...weak.keys()].filter((handle) => heap.resolves(handle))],
  })
}
