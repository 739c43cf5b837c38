/** What a member has made and what became of it: seen by finalization and by WeakRefs on the objects, never by counting. */
import type { HoldfastNode } from 'holdfast'
import { type Lifetime, plainTag, type Tag, tagOf } from './tag.js'
import { type MakeCell, plainThing, type Thing } from './things.js'

interface Made {
  readonly isCell: boolean
  readonly weak: WeakRef<object>
}

export class OwnThings {
  readonly #node: HoldfastNode
  readonly #lifetime: Lifetime
  readonly #made = new Map<Tag, Made>()
  readonly #finalized = new FinalizationRegistry<Tag>((tag) => this.#made.delete(tag))
  readonly #makeCell: MakeCell
  #count = 0

  constructor(node: HoldfastNode, lifetime: Lifetime, makeCell: MakeCell) {
    this.#node = node
    this.#lifetime = lifetime
    this.#makeCell = makeCell
  }

  get count(): number {
    return this.#count
  }

  make(isCell: boolean): { readonly thing: Thing; readonly tag: Tag } {
    const number = ++this.#count
    if (!isCell) {
      const tag = plainTag(this.#lifetime, number)
      const thing = plainThing(tag)
      this.#made.set(tag, { isCell, weak: new WeakRef(thing) })
      this.#finalized.register(thing, tag)
      return { thing, tag }
    }
    const tag = tagOf(this.#lifetime, number)
    const thing = this.#makeCell(tag)
    this.#made.set(tag, { isCell, weak: new WeakRef(thing) })
    // The representative may come and go as long as the object is there.
    this.#node.onReclaimed(thing, () => this.#reclaimed(tag))
    return { thing, tag }
  }

  /** What is still there. */
  get living(): Tag[] {
    return [...this.#made].flatMap(([tag, { isCell, weak }]) => (isCell || weak.deref() !== undefined ? [tag] : []))
  }

  #reclaimed(tag: Tag): void {
    const made = this.#made.get(tag)
    // Its memory counts, and not that somebody says so.
    if (made?.weak.deref() === undefined) this.#made.delete(tag)
    else setTimeout(() => this.#reclaimed(tag), 100)
  }
}
