import { HoldfastError } from '@holdfast/core'

/**
 * - `store-corrupt`: something that was acknowledged is damaged or missing. Nothing of it is used.
 * - `store-version`: it was written by another version of Holdfast.
 * - `store-foreign`: it belongs to another node.
 * - `store-locked`: another process has it open.
 * - `store-failed`: the disk is full, or gone, or said no. What was acknowledged before is still there.
 */
export type StoreErrorCode = 'store-corrupt' | 'store-version' | 'store-foreign' | 'store-locked' | 'store-failed'

/** A store can't be used, or not any more. */
export class StoreError extends HoldfastError {
  static override readonly name = 'StoreError'
  declare readonly code: StoreErrorCode

  /** @param data plain facts, and perhaps the `cause` */
  constructor(
    code: StoreErrorCode,
    message: string,
    { cause, ...data }: Readonly<Record<string, unknown>> & { readonly cause?: unknown } = {},
  ) {
    super(code, message, data)
    if (cause !== undefined) this.cause = cause
  }
}
