/**
 * The contract of every store: one node's image and the entries since, in order. `conformance.ts` is this contract as tests.
 *
 * - What `append` or `replace` has resolved is there after any death of the process or the machine. What has not resolved is there whole or
 *   not at all, and nothing that came after it is there without it.
 * - `replace` puts an image in the place of everything before it, in one step.
 * - One call at a time: the next is made when the last has settled. Behind one that was rejected none is made but `close`.
 * - A store is one node's, open in one process at a time.
 * - What is damaged is refused (`StoreError`), at `open` and from then on. Only an entry whose `append` was cut short is passed over.
 */

/** What a store holds. */
export interface Stored {
  /** What the last `replace` put there; null before the first. */
  readonly image: Uint8Array | null
  /** What was appended since, the oldest first. */
  readonly entries: readonly Uint8Array[]
}

export interface Store {
  /** Takes the store for this process and reads all of it. Once. @throws StoreError */
  open(): Promise<Stored>
  /** Adds an entry. The store has read it when the promise settles. @throws StoreError `store-failed`: it may be there or not */
  append(entry: Uint8Array): Promise<void>
  /** Puts an image in the place of everything before it. @throws StoreError `store-failed`: either all of the old or all of the new is there */
  replace(image: Uint8Array): Promise<void>
  /** Gives the store up. Idempotent, also after a failure, and when `open` was refused. */
  close(): Promise<void>
}
