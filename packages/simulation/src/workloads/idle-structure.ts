/** A large structure over all nodes that does nothing, held from one far root, with garbage between: it must stay, and only it. */
import { letGoOf, type Place, scatter, type Tie, tie } from './beginnings.js'
import type { Workload } from './workload.js'

export const idleStructure: Workload = {
  name: 'idle-structure',
  about: 'a large structure that does nothing, held from one far root, with garbage between',
  weights: {
    send: 4,
    publish: 1,
    refer: 1,
    unrefer: 0.5,
    'let-go': 0.5,
    report: 14,
    judge: 7,
    coordinate: 10,
    'begin-round': 1,
  },
  stepsShare: 0.7,
  prepare(stage) {
    const { random } = stage
    const [root] = scatter(stage, 1)
    const members = scatter(stage, 30 + random.below(30))
    const ties: Tie[] = []
    // A tree with some references across, so that every member hangs on the root alone.
    members.forEach((to, place) => {
      const parent: Place = place === 0 ? root : members[random.below(place)]
      ties.push({ from: parent, to })
      if (random.chance(0.2)) ties.push({ from: to, to: random.pick(members) })
    })
    const garbage = scatter(stage, 4)
    garbage.forEach((from, place) => ties.push({ from, to: garbage[(place + 1) % garbage.length] }))
    ties.push({ from: garbage[0], to: random.pick(members) })
    tie(stage, ties)
    const holder = stage.other(root.at)
    stage.do({ do: 'publish', from: root.at, to: holder, references: [root.label] })
    stage.settle()
    letGoOf(stage, [root, ...members, ...garbage])
  },
}
