/** Faults of the program itself, on purpose: what the bench has to find, or it is worth nothing. */
export const FLAWS = ['free', 'keep', 'twice', 'forget', 'hang'] as const

/**
 * - `free`: a member takes an object away from those that hold it.
 * - `keep`: a member keeps what nobody holds.
 * - `twice`: a member carries out a call twice.
 * - `forget`: the durable node acknowledges an increment and does not keep it.
 * - `hang`: a member never answers a call.
 */
export type Flaw = (typeof FLAWS)[number]
