/** Rings over the nodes that few roots keep alive, some from elsewhere and by way of a bystander: what cycle collection is for. */
import type { Stage } from '../stage.js'
import { type Place, populate, scatter, type Tie, tie } from './beginnings.js'
import type { Workload } from './workload.js'

export const rings: Workload = {
  name: 'rings',
  about: 'rings over the nodes that few roots keep alive, from elsewhere and by way of bystanders',
  weights: { send: 12, 'let-go': 6, report: 20, judge: 10, coordinate: 12, 'begin-round': 1.5 },
  prepare(stage) {
    populate(stage)
    for (let count = stage.random.pick([1, 1, 2]); count > 0; count--) tieRing(stage)
    // Of what each node holds, at most one survives, so that rings hang by a thread.
    for (const at of stage.names) {
      if (!stage.random.chance(0.7)) continue
      const { roots } = stage.node(at)
      const kept = stage.random.chance(0.5) ? stage.random.below(Math.max(1, roots.length)) : -1
      const labels = roots.map((root) => ('label' in root ? root.label : root.thing.label))
      labels.forEach((what, place) => place !== kept && stage.do({ do: 'let-go', at, what }))
    }
  },
}

function tieRing(stage: Stage): void {
  const { random } = stage
  const members: Place[] = scatter(stage, 2 + random.below(4))
  const ties: Tie[] = members.map((from, place) => ({ from, to: members[(place + 1) % members.length] }))
  if (random.chance(0.5)) {
    const [bystander] = scatter(stage, 1)
    ties.push({ from: bystander, to: random.pick(members) })
    members.push(bystander)
  }
  tie(stage, ties)
  // Held from another node, which may pass it on.
  const { at, label } = members[members.length - 1]
  if (random.chance(0.6)) stage.do({ do: 'publish', from: at, to: stage.other(at), references: [label] })
  stage.settle()
}
