/**
 * Handles: a slot and how many times it was used before, in one number, so that a stale handle never resolves to the
 * object that came after. A slot whose generations are used up is never handed out again.
 */
import type { ObjectKey } from '@holdfast/core'

/** The program's name of an object of its heap. The protocol calls it an object key. */
export type Handle = ObjectKey

const TWO_POW_32 = 4294967296
/** A handle stays a safe integer: 32 bits of slot, 21 of generation. */
export const MAX_GENERATION = 2 ** 21 - 1

/** The slot that a handle names. */
export const slotOf = (handle: Handle): number => handle >>> 0

/** Which use of its slot a handle means. */
export const generationOf = (handle: Handle): number => Math.floor(handle / TWO_POW_32)

/** The handle of a slot's given use. */
export const handleOf = (slot: number, generation: number): Handle => (generation * TWO_POW_32 + slot) as Handle
