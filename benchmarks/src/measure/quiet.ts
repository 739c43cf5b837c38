/** For nodes that are measured: no round and no forced collection of V8's comes by itself, and all happen when they are asked for. */
export const QUIET = { rounds: null, garbage: { share: 1e-6, shortest: 3_600_000, longest: 3_600_000 } } as const
