/** One object that everybody refers to, and that refers to many: of one owner, with rows for all. */
import { letGoOf, scatter, type Tie, tie } from './beginnings.js'
import type { Workload } from './workload.js'

export const hubs: Workload = {
  name: 'hubs',
  about: 'one object that all refer to, and that refers back to some',
  weights: { report: 12, judge: 6, coordinate: 8 },
  prepare(stage) {
    const [hub] = scatter(stage, 1)
    const spokes = scatter(stage, 6 + stage.random.below(6))
    const ties: Tie[] = spokes.map((from) => ({ from, to: hub }))
    for (const to of spokes) if (stage.random.chance(0.4)) ties.push({ from: hub, to })
    tie(stage, ties)
    letGoOf(stage, [hub], 0.8)
    letGoOf(stage, spokes, 0.5)
  },
}
