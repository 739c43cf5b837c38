/**
 * An owner's and a holder's table with a session between them that may end at any time, and takes with it what was on its way. They
 * do what docs/protocol.md says, sections 2 and 3, in as few words as possible.
 */
import { digestOf, type ExportId, type ObjectKey, type Rules } from '@holdfast/core'
import { ExportTable, ImportTable } from '../../src/index.js'

type ToHolder = { seq: number } & (
  | { kind: 'grant'; id: ExportId }
  | { kind: 'broken'; ids: readonly ExportId[]; at: number }
  | { kind: 'reconcileOk'; at: number }
  | { kind: 'pong' }
)
type ToOwner = { seq: number; received: number } & (
  | { kind: 'drop'; ids: Float64Array }
  | { kind: 'reconcile'; ids: Float64Array; last: boolean }
  | { kind: 'ping'; count: number; digest: number }
)
type Unsent<T> = T extends unknown ? Omit<T, 'seq' | 'received'> : never

const OWNER = 0
const HOLDER = 0

export class OwnerAndHolder {
  readonly exports: ExportTable
  readonly imports: ImportTable
  /** Objects that the owner's table let go of. */
  readonly released: ObjectKey[] = []
  /** How many imports the holder was told to be broken, and how often a ping did not agree. */
  broken = 0
  repairs = 0
  isOpen = true
  #toHolder: ToHolder[] = []
  #toOwner: ToOwner[] = []
  #sent = { owner: 0, holder: 0 }
  #received = { owner: 0, holder: 0 }
  #reconcilingSince = 0

  constructor(rules: Rules) {
    this.exports = new ExportTable(rules)
    this.imports = new ImportTable(rules)
  }

  grant(object: ObjectKey): void {
    if (!this.isOpen) return
    const seq = this.#sent.owner + 1
    this.#tell({ kind: 'grant', id: this.exports.grant(object, HOLDER, seq) })
  }

  /** The holder lets go of one of its imports. */
  drop(pick: number): void {
    const ids = this.imports.idsOf(OWNER)
    if (ids.length === 0) return
    const dropped = this.imports.removeAll([ids[pick % ids.length]]).get(OWNER) ?? new Float64Array()
    this.#ask({ kind: 'drop', ids: dropped })
  }

  ping(): void {
    const { ids } = this.imports.columnsFrom(OWNER)
    this.#ask({ kind: 'ping', count: ids.length, digest: digestOf(ids) })
  }

  /** What is on its way is lost. */
  end(): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.#toHolder = []
    this.#toOwner = []
    this.released.push(...this.exports.endSession(HOLDER))
    this.imports.holdOver(OWNER)
  }

  /** A new session; its first messages are the reconcile, in chunks of two ids. */
  open(): void {
    if (this.isOpen) return
    this.isOpen = true
    this.#sent = { owner: 0, holder: 0 }
    this.#received = { owner: 0, holder: 0 }
    this.#reconcilingSince = 0
    this.#reconcile(this.imports.heldOver(OWNER))
  }

  /** The quarantine is over: the holder gives up, and the owner removes. */
  expire(): void {
    if (this.isOpen) return
    for (const id of this.imports.idsOf(OWNER)) this.imports.remove(id)
    this.released.push(...this.exports.endQuarantine(HOLDER))
  }

  /** One message arrives at the holder, or at the owner. @returns whether there was one */
  arriveAtHolder(): boolean {
    const message = this.#toHolder.shift()
    if (message === undefined) return false
    this.#received.holder = message.seq
    if (message.kind === 'grant') this.imports.take(OWNER, message.id, this.#sent.holder)
    else if (message.kind === 'reconcileOk') this.imports.confirm(OWNER, message.at)
    else if (message.kind === 'pong') this.#reconcile(this.imports.columnsFrom(OWNER))
    else {
      const held = message.ids.map((id) => this.imports.find(OWNER, id)).filter((id) => id !== undefined)
      const broken = held.filter((id) => this.imports.claimOf(id) <= message.at)
      for (const id of broken) this.imports.remove(id)
      this.broken += broken.length
    }
    return true
  }

  arriveAtOwner(): boolean {
    const message = this.#toOwner.shift()
    if (message === undefined) return false
    this.#received.owner = message.seq
    if (message.kind === 'drop') {
      this.released.push(...this.exports.drop(message.ids, HOLDER, message.received).released)
    } else if (message.kind === 'reconcile') this.#takeReconcile(message)
    else if (message.received === this.#sent.owner && this.#reconcilingSince === 0) {
      const listed = this.exports.digestFor(HOLDER)
      if (listed === undefined || (listed.count === message.count && listed.digest === message.digest)) return true
      this.repairs++
      this.#tell({ kind: 'pong' })
    }
    return true
  }

  /** All that is on its way arrives, and all that this causes. */
  settle(): void {
    this.open()
    while (this.arriveAtOwner() || this.arriveAtHolder());
  }

  #takeReconcile({ seq, ids, last, received }: Extract<ToOwner, { kind: 'reconcile' }>): void {
    if (this.#reconcilingSince === 0) this.#reconcilingSince = seq
    const refused = this.exports.relist(ids, HOLDER, seq)
    if (refused.length > 0) this.#tell({ kind: 'broken', ids: refused, at: seq })
    if (!last) return
    this.released.push(...this.exports.endReconcile(HOLDER, this.#reconcilingSince, received))
    this.#reconcilingSince = 0
    this.#tell({ kind: 'reconcileOk', at: seq })
  }

  #reconcile({ imports, ids }: ReturnType<ImportTable['heldOver']>): void {
    for (let start = 0; start === 0 || start < ids.length; start += 2) {
      const chunk = ids.subarray(start, start + 2)
      const seq = this.#ask({ kind: 'reconcile', ids: chunk, last: start + 2 >= ids.length })
      for (const id of imports.slice(start, start + 2)) this.imports.reconciled(id, seq)
    }
  }

  #tell(message: Unsent<ToHolder>): void {
    this.#toHolder.push({ ...message, seq: ++this.#sent.owner })
  }

  #ask(message: Unsent<ToOwner>): number {
    if (!this.isOpen) return 0
    this.#toOwner.push({ ...message, seq: ++this.#sent.holder, received: this.#received.holder })
    return this.#sent.holder
  }
}
