/**
 * The truth over all nodes at once: what live code can reach along references that the protocol has promised to keep, and
 * whether it is all still there.
 *
 * A reference is protected from the moment at which its owner did what makes it good (granted it, registered a gift, accepted a
 * reconcile) until the owner has removed, after expiry and quarantine, what that holder had; and by a gift that the owner is still
 * bound to honour. Roots are what programs hold on nodes that are up, and what application messages carry that can still arrive.
 */
import type { ExportId } from '@holdfast/core'
import type { Gift } from './gift.js'
import type { Letter } from './letter.js'
import type { SimulatedNode } from './simulated-node.js'
import { Held, type Reference, type Thing } from './thing.js'
import { Violation } from './violation.js'
import type { World } from './world.js'

const NAME = 'nothing-live-is-freed'

/** Whether a holder's reference is protected, besides by the `by` gifts. */
export function isProtected(held: Held, by: readonly Gift[]): boolean {
  const owner = held.thing.home
  if (held.state === 'broken' || !owner.isUp) return false
  return held.establishedAt > owner.expired(held.at) || by.some((gift) => gift.isHonoured)
}

export class Oracle {
  readonly #world: World
  readonly #stack: Reference[] = []
  #walk = 0
  #reached = 0

  constructor(world: World) {
    this.#world = world
  }

  /** How many objects the last walk reached. */
  get reached(): number {
    return this.#reached
  }

  /** Whether the last walk came by. */
  isLive(reference: Reference): boolean {
    return reference.mark === this.#walk
  }

  /** Walks over everything live. O(live objects and references). @throws Violation when any of it is gone */
  walk(): void {
    const world = this.#world
    this.#walk++
    this.#reached = 0
    for (const node of world.lives) {
      if (!node.isUp || node.isHostile) continue
      const { roots } = node
      for (let index = 0; index < roots.length; index++) this.#stack.push(roots[index])
      for (const { references } of node.desk.sent) this.#stack.push(...references)
    }
    const { underWay } = world
    let kept = 0
    for (let index = 0; index < underWay.length; index++) {
      const letter = underWay[index]
      if (!world.letters.has(letter.number) || !letter.to.accepts(letter.from, letter.session)) continue
      underWay[kept++] = letter
      this.#letter(letter)
    }
    underWay.length = kept
    this.#follow()
  }

  #letter(letter: Letter): void {
    if (letter.to.isHostile || letter.from.isHostile) return
    const { target } = letter
    if (target !== null && isProtected(target, letter.targetBy)) {
      this.#through(target.thing, target.exportId, letter.from)
    }
    for (let index = 0; index < letter.references.length; index++) {
      const { meant, gift, by } = letter.references[index]
      if (gift !== null) {
        if (gift.owner.isUp && gift.isHonoured) this.#through(gift.thing, gift.exportId, letter.to)
      } else if (meant instanceof Held) {
        if (isProtected(meant, by)) this.#through(meant.thing, meant.exportId, letter.from)
      } else if (meant.home.isUp && letter.sentAt > meant.home.expired(letter.to)) {
        this.#through(meant, letter.message.references[index].id, letter.to)
      }
    }
  }

  #follow(): void {
    const stack = this.#stack
    const walk = this.#walk
    for (let reference = stack.pop(); reference !== undefined; reference = stack.pop()) {
      if (reference.mark === walk) continue
      if (reference instanceof Held) {
        if (!isProtected(reference, reference.claims)) continue
        reference.mark = walk
        this.#through(reference.thing, reference.exportId, reference.at)
        continue
      }
      reference.mark = walk
      // What a liar keeps is its own concern, and what it refers to, nobody can promise.
      if (reference.home.isHostile) continue
      if (!reference.home.heap.resolves(reference.handle)) {
        reference.mark = 0
        if (this.#world.hasBrokenClocks) continue
        throw new Violation(NAME, `${reference.label} of ${reference.home.label} is gone, and live`)
      }
      this.#reached++
      const { references } = reference
      for (let index = 0; index < references.length; index++) stack.push(references[index])
    }
  }

  #through(thing: Thing, exportId: ExportId, holder: SimulatedNode): void {
    if (thing.home.isHostile) return
    if (thing.exportId !== exportId || !thing.home.collector.isExported(thing.handle)) {
      if (this.#world.hasBrokenClocks) return
      this.#stack.length = 0
      throw new Violation(NAME, `${holder.label} refers to ${thing.label}, which ${thing.home.label} does not export`)
    }
    this.#stack.push(thing)
  }
}
