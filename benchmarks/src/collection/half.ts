import { Managed, RefList } from '@holdfast/heap/managed'

/** One half of a cycle of two nodes. */
export class Half extends Managed {
  other: unknown = null
  meet(other: unknown): void {
    this.other = other
  }
}

/** Keeps one half of each. */
export class Root extends Managed {
  readonly halves = new RefList<Half>()
}
