/** What members make, hand around and call. Each says what it is called; cells refer to others, over all borders. */
import { byReference, Managed, type Remote } from 'holdfast'
import { type Tag, valueOf } from './tag.js'

/** What anything that is handed around answers. */
export interface Told {
  readonly tag: Tag
  readonly value: number
  /** What it refers to, by slot. */
  readonly links: Readonly<Partial<Record<Slot, Tag>>>
}

export const SLOTS = ['left', 'right'] as const
export type Slot = (typeof SLOTS)[number]

/** What has the methods of all things. */
export interface Thing {
  tell(): Told
  point(slot: Slot, to: Reference | null, tag: Tag): void
  follow(slot: Slot, expected: Tag): Reference | null
}

export type Reference = Thing | Remote<Thing>

/** Whether a reference that has arrived can be relied on: it resolves with false when that is gone already. */
export type Confirm = (ref: Reference, tag: Tag) => Promise<boolean>

export type MakeCell = (tag: Tag) => Managed & Thing

/** Traced: cycles of these are found, whoever they belong to. */
export function cellMaker(confirm: Confirm): MakeCell {
  class Cell extends Managed implements Thing {
    tag: Tag
    left: Cell | Remote<Thing> | null = null
    right: Cell | Remote<Thing> | null = null
    leftTag: Tag = ''
    rightTag: Tag = ''
    // Nobody hears of a reference before it can be relied on.
    leftIsSure = false
    rightIsSure = false

    constructor(tag: Tag) {
      super()
      this.tag = tag
    }

    tell(): Told {
      const links: Partial<Record<Slot, Tag>> = {}
      if (this.left !== null && this.leftIsSure) links.left = this.leftTag
      if (this.right !== null && this.rightIsSure) links.right = this.rightTag
      return { tag: this.tag, value: valueOf(this.tag), links }
    }

    point(slot: Slot, to: Reference | null, tag: Tag): void {
      this[slot] = to as Remote<Thing> | null
      this[`${slot}Tag`] = tag
      this[`${slot}IsSure`] = false
      if (to === null) return
      void confirm(to, tag).then((isSure) => {
        // Something else may be there by now.
        if (this[slot] !== to) return
        if (isSure) this[`${slot}IsSure`] = true
        else this[slot] = null
      })
    }

    /** @returns null when something else is there by now */
    follow(slot: Slot, expected: Tag): Reference | null {
      return this.tell().links[slot] === expected ? this[slot] : null
    }
  }
  return (tag) => new Cell(tag)
}

/** Not traced, and an ordinary object for V8: kept alive here by nothing but who holds it elsewhere. */
export function plainThing(tag: Tag): Thing {
  return byReference({
    tell: () => ({ tag, value: valueOf(tag), links: {} }),
    point: () => {},
    follow: () => null,
  })
}
