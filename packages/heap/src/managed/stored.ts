/**
 * Values as fields keep them, and what code gets when it reads them: primitives as they are; an entry for a reference;
 * plain data, deeply frozen, as it is; data with something in it that cannot be frozen as a fresh copy each time.
 */
import { Entry } from './entry.js'
import { copyOf } from './plain-data.js'

/** Plain data that holds a Date, a buffer or the like. */
export class Unfreezable {
  readonly data: unknown

  constructor(data: unknown) {
    this.data = data
  }
}

/** What code gets for a kept value. */
export function read(stored: unknown): unknown {
  if (stored instanceof Entry) return stored.ref?.deref() ?? stored.heap.represent(stored)
  if (stored instanceof Unfreezable) return copyOf(stored.data).copy
  return stored
}
