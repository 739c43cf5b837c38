/** Long chains that cross the nodes, held at one end: a release runs along them, one node at a time. */
import { letGoOf, scatter, tie } from './beginnings.js'
import type { Workload } from './workload.js'

export const chains: Workload = {
  name: 'chains',
  about: 'long chains that cross the nodes, held at one end, some closed to a ring',
  prepare(stage) {
    // No longer than what the rounds of the ending can follow.
    const links = scatter(stage, 6 + stage.random.below(5))
    const ties = links.slice(1).map((to, place) => ({ from: links[place], to }))
    const last = links[links.length - 1]
    if (stage.random.chance(0.4)) ties.push({ from: last, to: stage.random.pick(links) })
    tie(stage, ties)
    letGoOf(stage, links.slice(1))
    letGoOf(stage, links.slice(0, 1), 0.3)
  },
}
