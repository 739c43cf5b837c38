/** What ordinary code does with what its collector tells it: holds what arrives, and lets go of what broke. */
import type { ImportId } from '@holdfast/core'
import type { CollectorEffect, LocalReference } from '../../src/index.js'
import type { Enclosed, Letter } from './letter.js'
import { Violation } from './violation.js'
import type { World } from './world.js'
import type { WorldNode } from './world-node.js'

type Effect<T extends CollectorEffect['type']> = Extract<CollectorEffect, { type: T }>

export class Arrivals {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  called(node: WorldNode, effect: Effect<'called'>): void {
    const letter = this.#open(Number(new TextDecoder().decode(effect.payload)))
    // Nobody wrote this one: it was forged.
    if (letter === null) return
    if (effect.target !== null) this.#hold(letter, letter.target as Enclosed, { object: effect.target })
    this.#take(node, letter, effect.references)
  }

  /** A message for something that is gone: nobody reads it. */
  rejected(node: WorldNode, effect: Effect<'rejected'>): void {
    const letter = this.#open(effect.call)
    if (letter === null) return
    if (letter.target?.isPromised === true)
      throw new Violation(`a use of what was promised was refused at ${node.name}`)
    const held = node.roots.length
    this.#take(node, letter, effect.references)
    for (const handle of node.roots.slice(held)) node.letGo(handle)
  }

  /** Ordinary code finds out that what it held refers to nothing any more, and lets go. */
  broken(node: WorldNode, imports: readonly ImportId[], gaveUp: ReadonlySet<string>): void {
    this.#world.promises.broke(node, imports, gaveUp)
    for (const id of imports) {
      const handle = node.heap.breakImport(id)
      if (handle === undefined) continue
      while (node.roots.includes(handle)) node.letGo(handle)
      node.identities.delete(handle)
      node.standings.delete(handle)
    }
  }

  #open(number: number): Letter | null {
    const letter = this.#world.letters.get(number) ?? null
    this.#world.letters.delete(number)
    return letter
  }

  #take(node: WorldNode, letter: Letter, references: Effect<'called'>['references']): void {
    references.forEach((reference, place) => {
      const enclosed = letter.references[place]
      if (!('broken' in reference)) this.#hold(letter, enclosed, reference)
      else if (enclosed.isPromised) throw new Violation(`a reference arrived broken at ${node.name}`)
    })
  }

  #hold(letter: Letter, enclosed: Enclosed, reference: LocalReference): void {
    const { to: node } = letter
    const { meant } = enclosed
    if ('import' in reference) this.#rebind(node, reference.import)
    const handle = 'object' in reference ? reference.object : node.heap.importHandle(reference.import)
    if ('object' in reference) {
      if (!node.heap.resolves(handle)) throw new Violation(`a message for an object that is gone at ${node.name}`)
      node.heap.arrive(handle)
    }
    node.roots.push(handle)
    const known = node.identityOf(handle)
    const isNew = 'import' in reference && !node.identities.has(handle)
    if (isNew) node.identities.set(handle, meant)
    else if (known.home !== meant.home || known.life !== meant.life || known.handle !== meant.handle) {
      throw new Violation(`wrong object at ${node.name}: ${JSON.stringify({ known, meant })}`)
    }
    this.#world.promises.arrived(letter, enclosed, handle)
  }

  /** An import whose last representative is gone and not yet finalized gets another. */
  #rebind(node: WorldNode, id: ImportId): void {
    if (node.unfinalized.has(id) && node.heap.handleOfImport(id) === undefined) node.collector.rebind(id)
  }
}
