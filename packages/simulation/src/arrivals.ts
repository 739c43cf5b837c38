/** What a node's driver does when the collector says that a message arrived, or that references broke; the world looks on. */
import type { ArrivedReference, CollectorEffect } from '@holdfast/collector'
import type { ExportId, ImportId } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { answer, letterOfAnswer } from './answers.js'
import type { ArrivedAt } from './checkers/checker.js'
import type { Letter, LetterReference } from './letter.js'
import type { SimulatedNode } from './simulated-node.js'
import { Held, type Thing, thingOf } from './thing.js'
import { Violation } from './violation.js'
import type { World } from './world.js'

type Called = Extract<CollectorEffect, { type: 'called' | 'rejected' | 'returned' }>

export class Arrivals {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  /** A message arrived, or was rejected, or nobody waits for it any more: its references arrived all the same. */
  called(node: SimulatedNode, effect: Called): void {
    const letter = this.#letterOf(node, effect)
    if (letter === undefined) {
      if (effect.call !== 0) this.#checkNotTwice(node, effect)
      this.#foreign(node, effect.references)
      return
    }
    this.#world.letters.delete(letter.number)
    const isRejected =
      effect.type === 'rejected' || (effect.type === 'returned' && !isAwaited(node, letter, effect.call))
    if (letter.target !== null) {
      const found = effect.type === 'called' && effect.target !== null ? this.#object(node, effect.target) : 'broken'
      this.#check({ node, letter, reference: null, found })
      if (found !== 'broken' && found !== 'nothing') this.#keep(node, found, !isRejected)
    }
    effect.references.forEach((arrived, place) => {
      const reference = letter.references[place]
      const found = this.#resolve(node, arrived, { letter, reference, place })
      this.#check({ node, letter, reference, found })
      if (found !== 'broken' && found !== 'nothing') this.#keep(node, found, !isRejected)
    })
    if (effect.type !== 'returned') this.#owe(node, letter, effect)
  }

  /** The program owes an answer; to a call that it never saw, its driver gives one at once. */
  #owe(node: SimulatedNode, { from, session, number: call }: Letter, { type }: Called): void {
    if (!this.#world.options.answers) return
    const owed = { call, from, session }
    node.desk.owed.push(owed)
    if (type === 'rejected') answer(this.#world, node, { owed, references: [] })
  }

  /** Whoever is honest is heard once. */
  #checkNotTwice(node: SimulatedNode, { from, call, type }: Called): void {
    if (this.#world.find(from)?.isHostile !== false) return
    throw new Violation(
      'no-stale-message',
      `${node.label} ${type === 'returned' ? 'is answered' : 'hears'} call ${call} of ${from} twice`,
    )
  }

  /** References lead nowhere any more: the program finds out, and lets go. */
  broken(node: SimulatedNode, imports: readonly ImportId[]): void {
    const cause = this.#world.witness.isBrokenByMessage ? 'message' : 'session'
    for (const id of imports) {
      const held = node.held[id]
      if (held !== undefined) for (const checker of this.#world.watching.broke) checker.broke(this.#world, held, cause)
      node.heap.breakImport(id)
      this.#world.stats.broken++
      if (held === undefined) continue
      node.release(held)
      if (held.state === 'held') this.#letGo(node, held)
      held.state = 'broken'
      for (const gift of held.claims) if (gift.phase === 'received') gift.phase = 'over'
    }
  }

  #letterOf(node: SimulatedNode, effect: Called): Letter | undefined {
    const letter = this.#world.letters.get(effect.type === 'returned' ? letterOfAnswer(effect.call) : effect.call)
    return letter?.to === node && letter.from.id === effect.from ? letter : undefined
  }

  #object(node: SimulatedNode, handle: Handle): Thing | 'nothing' {
    return node.things.get(handle) ?? 'nothing'
  }

  #resolve(
    node: SimulatedNode,
    arrived: ArrivedReference,
    of: { letter: Letter; reference: LetterReference; place: number },
  ): ArrivedAt['found'] {
    if ('broken' in arrived) return 'broken'
    if ('object' in arrived) return this.#object(node, arrived.object)
    const { letter, reference, place } = of
    const held = this.#held(node, arrived.import, {
      thing: thingOf(reference.meant),
      id: letter.message.references[place].id,
    })
    if (reference.gift === null) held.establishedAt = Math.max(held.establishedAt, letter.sentAt)
    else {
      held.claims = held.claims.filter((gift) => gift.phase === 'received' || gift.phase === 'claimed')
      held.claims.push(reference.gift)
      reference.gift.held = held
    }
    return held
  }

  /** What an import is to the world; known by now, or new. */
  #held(node: SimulatedNode, importId: ImportId, of: { thing: Thing; id: number }): Held {
    const known = node.held[importId]
    const handle = handleFor(node, importId)
    if (known !== undefined) {
      known.state = 'held'
      known.handle = handle
      return known
    }
    const exportId = of.id as ExportId
    const held = new Held(node, of.thing, { importId, exportId, handle, bornAt: this.#world.moment })
    node.hold(held)
    return held
  }

  /** The program has it once more, or drops it at once where it could not take the message. */
  #keep(node: SimulatedNode, found: Thing | Held, holds: boolean): void {
    if (!(found instanceof Held)) {
      if (!holds) return
      node.heap.arrive(found.handle)
    }
    if (holds) node.roots.push(found)
    else node.heap.unpin(found.handle)
  }

  #letGo(node: SimulatedNode, held: Held): void {
    for (let index = node.roots.length - 1; index >= 0; index--) {
      if (node.roots[index] !== held) continue
      node.roots.splice(index, 1)
      node.heap.unpin(held.handle)
    }
  }

  #check(arrived: ArrivedAt): void {
    for (const checker of this.#world.watching.arrived) checker.arrived(this.#world, arrived)
  }

  /** A message that nobody wrote: the driver takes its references in and drops them. */
  #foreign(node: SimulatedNode, references: readonly ArrivedReference[]): void {
    for (const arrived of references) if ('import' in arrived) node.heap.unpin(handleFor(node, arrived.import))
  }
}

/** Whether the program still waits for the answer to a call, from whoever gives it; not any more after this. */
function isAwaited({ desk }: SimulatedNode, { from }: Letter, call: number): boolean {
  if (desk.awaited.get(call) !== from) return false
  return desk.awaited.delete(call)
}

/** The handle of an import that has come, pinned once more. */
function handleFor(node: SimulatedNode, id: ImportId): Handle {
  const isForgotten = node.heap.handleOfImport(id) === undefined
  // Its finalizer is still to come, and must not drop what has come back.
  if (isForgotten && node.finalizers.some((finalizer) => finalizer.importId === id)) node.rebind(id)
  return node.heap.importHandle(id)
}
