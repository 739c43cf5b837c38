/** Nodes that vanish and come back as somebody new, for ever. */
import { firstOwn, populate } from './beginnings.js'
import type { Workload } from './workload.js'

export const comersAndGoers: Workload = {
  name: 'comers-and-goers',
  about: 'nodes that crash and start anew, for ever',
  weights: { own: 10, crash: 3, restart: 8, connect: 10, 'pass-little': 6, tick: 10, 'stand-long': 1, 'late-frame': 5 },
  prepare: populate,
  /** Who has just come makes itself known. */
  act(stage) {
    const { random } = stage
    const from = random.pick(stage.names)
    const node = stage.world.active(from)
    if (node === null) return
    if (firstOwn(stage, from) === undefined) stage.create(from)
    const first = firstOwn(stage, from)
    const to = stage.other(from)
    if (first === undefined) return
    if (stage.do({ do: 'publish', from, to, references: [first] })) return
    stage.do({ do: 'link', a: from, b: to })
  },
}
