/** All that a node has to do with weak references: its own, and who holds its objects weakly. Loaded when there is the first. */
import { WeakHolders, type WeakHoldersContext } from './weak-holders.js'
import { WeakReferences, type WeakReferencesContext } from './weak-references.js'

export class WeakPart {
  readonly holders: WeakHolders
  readonly references: WeakReferences

  constructor(context: WeakHoldersContext & Omit<WeakReferencesContext, 'holders'>) {
    this.holders = new WeakHolders(context)
    this.references = new WeakReferences({ ...context, holders: this.holders })
  }
}
