/** Objects over all nodes of which every one refers to nearly every other. */
import { letGoOf, scatter, type Tie, tie } from './beginnings.js'
import type { Workload } from './workload.js'

export const meshes: Workload = {
  name: 'meshes',
  about: 'objects over all nodes that nearly all refer to each other',
  weights: { report: 14, judge: 8, coordinate: 10, 'let-go': 5 },
  prepare(stage) {
    const members = scatter(stage, 4 + stage.random.below(4))
    const ties: Tie[] = []
    for (const from of members) {
      for (const to of members) if (from !== to && stage.random.chance(0.8)) ties.push({ from, to })
    }
    tie(stage, ties)
    letGoOf(stage, members, 0.8)
  },
}
