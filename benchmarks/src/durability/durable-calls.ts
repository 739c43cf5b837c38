import type { Variant } from '../suite.js'
import { type Disks, type Load, Pair } from './pair.js'

const MS_PER_S = 1_000

/** Calls of one node to another; a round is all of the load. */
export async function startPair(disks: Disks, load: Load): Promise<Variant> {
  const pair = await Pair.open(disks)
  return {
    round: async () => ({ calls: (load.calls / (await pair.call(load))) * MS_PER_S }),
    close: () => pair.close(),
  }
}
