/**
 * How imports that came as gifts are given on before their owners have acknowledged this node's claims: upon those gifts. By owner, in the
 * order of their claims.
 */
import type { GiftLink } from '@holdfast/core'
import type { OwnerIndex } from './import-entries.js'

export interface ImportProof extends GiftLink {
  readonly via: readonly GiftLink[]
  readonly token: Uint8Array
}

export type ImportProofsImage = ReadonlyMap<OwnerIndex, ReadonlyMap<number, ImportProof>>

export class ImportProofs {
  /** By owner and slot of the table. */
  readonly #proofs = new Map<OwnerIndex, Map<number, ImportProof>>()

  /** O(owners). */
  get count(): number {
    let count = 0
    for (const proofs of this.#proofs.values()) count += proofs.size
    return count
  }

  /** O(1). */
  of(owner: OwnerIndex, slot: number): ImportProof | undefined {
    return this.#proofs.get(owner)?.get(slot)
  }

  /** The last that was claimed of that owner's. O(1). */
  set(owner: OwnerIndex, slot: number, proof: ImportProof): void {
    const proofs = this.#proofs.get(owner) ?? new Map<number, ImportProof>()
    this.#proofs.set(owner, proofs)
    // Behind all that were claimed before.
    proofs.delete(slot)
    proofs.set(slot, proof)
  }

  /** O(1). */
  delete(owner: OwnerIndex, slot: number): void {
    const proofs = this.#proofs.get(owner)
    if (proofs?.delete(slot) === true && proofs.size === 0) this.#proofs.delete(owner)
  }

  /** Of an owner all. O(1). */
  deleteAll(owner: OwnerIndex): void {
    this.#proofs.delete(owner)
  }

  /** Of an owner those that were claimed first, up to one whose claim waits. O(those). */
  deleteWhile(owner: OwnerIndex, isAcknowledged: (slot: number) => boolean): void {
    for (const slot of this.#proofs.get(owner)?.keys() ?? []) {
      if (!isAcknowledged(slot)) return
      this.delete(owner, slot)
    }
  }

  image(): ImportProofsImage {
    return this.#proofs
  }

  /** Only for one without any. */
  restore(image: ImportProofsImage): void {
    for (const [owner, bySlot] of image) this.#proofs.set(owner, new Map(bySlot))
  }
}
