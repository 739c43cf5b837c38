/**
 * The base of all classes whose objects are traced. Constructing one has nothing to do with any heap; the first heap
 * that is told of an instance adopts it: its fields move into the heap, behind accessors.
 */
import type { Entry } from './entry.js'

/** Tells types of managed objects from plain data, which would be copied. Exists in types only. */
export declare const managedBrand: unique symbol

let readEntry: (object: object) => Entry | null
let writeEntry: (object: Managed, entry: Entry) => void
let hasEntry: (object: object) => object is Managed

export abstract class Managed {
  /** Never there at run time. */
  declare readonly [managedBrand]: true

  /** Null until the instance is adopted. */
  #entry: Entry | null = null

  static {
    // A catch is three times faster than asking first, and only a prototype that is read from ever comes there.
    readEntry = (object) => {
      try {
        return (object as Managed).#entry
      } catch {
        return null
      }
    }
    writeEntry = (object, entry) => {
      object.#entry = entry
    }
    hasEntry = (object) => #entry in object
  }
}

/** The entry of an adopted instance; null for anything else. */
export const entryOf = readEntry

/** Makes an instance the representative of an entry. */
export const setEntry = writeEntry

/** Whether an object was made by the constructor of `Managed`, whatever its prototype says. */
export const isManaged = hasEntry
