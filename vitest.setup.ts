import fc from 'fast-check'

/** Replays a failed property, or searches longer: HOLDFAST_SEED is fast-check's seed, HOLDFAST_RUNS its number of runs. */
const { HOLDFAST_SEED, HOLDFAST_RUNS } = process.env

fc.configureGlobal({
  ...(HOLDFAST_SEED === undefined ? {} : { seed: Number(HOLDFAST_SEED) }),
  ...(HOLDFAST_RUNS === undefined ? {} : { numRuns: Number(HOLDFAST_RUNS) }),
})
