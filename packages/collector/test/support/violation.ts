/** A broken promise of the collector. */
export class Violation extends Error {}
