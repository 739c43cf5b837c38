/** A slice of a real heap, spread over the nodes as chance will have it. */
import { letGoOf, type Place, scatter, type Tie, tie } from './beginnings.js'
import { HEAP_SLICE } from './heap-slice-data.js'
import type { Workload } from './workload.js'

const REFERENCES = HEAP_SLICE.split(',').map((targets) => (targets === '-' ? [] : targets.split(' ').map(Number)))
const SMALLEST = 40

export const heapSlice: Workload = {
  name: 'heap-slice',
  about: `a slice of a real heap (up to ${REFERENCES.length} objects), spread over the nodes`,
  weights: { create: 0, refer: 2, unrefer: 3, report: 12, judge: 6, coordinate: 8, 'let-go': 4 },
  stepsShare: 0.5,
  prepare(stage) {
    const { random } = stage
    const count = SMALLEST + random.below(random.chance(0.1) ? REFERENCES.length - SMALLEST : SMALLEST)
    const places: Place[] = scatter(stage, count)
    const ties: Tie[] = places.flatMap((from, place) =>
      REFERENCES[place].flatMap((target) => (target < count ? [{ from, to: places[target] }] : [])),
    )
    tie(stage, ties)
    // The slice was found from its first object; a few more stay held.
    letGoOf(stage, places.slice(1), 0.95)
    letGoOf(stage, places.slice(0, 1), 0.3)
  },
}
