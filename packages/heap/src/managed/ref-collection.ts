/**
 * What the collections of references have in common: managed objects that keep members instead of fields. A subclass
 * may have fields besides.
 */
import { Managed } from './managed.js'
import type { Members } from './members.js'

let readMembers: (object: object) => Members | null
let writeMembers: (collection: RefCollection, members: Members) => void

export abstract class RefCollection extends Managed {
  #members: Members

  constructor(members: Members) {
    super()
    this.#members = members
  }

  static {
    readMembers = (object) => (#members in object ? object.#members : null)
    writeMembers = (collection, members) => {
      collection.#members = members
    }
  }
}

/** The members of a collection; null for anything else. */
export const membersOf = readMembers

/** Makes a collection share the members of the representative before it. */
export const setMembers = writeMembers
