/** Actors that tell each other of each other: nearly every message carries a reference to a third node's object. */
import { thingOf } from '../thing.js'
import { introduce, scatter } from './beginnings.js'
import type { Workload } from './workload.js'

export const actors: Workload = {
  name: 'actors',
  about: 'actors that pass references to each other around, mostly to third nodes',
  weights: { own: 30, send: 4, publish: 1, create: 1 },
  prepare(stage) {
    scatter(stage, stage.names.length * 2)
    introduce(stage, 1)
  },
  act(stage) {
    const { random } = stage
    const from = random.pick(stage.names)
    if (stage.world.active(from) === null) return
    const { own, far } = stage.reachable(from)
    if (far.length === 0) return
    const to = random.pick(far)
    const thirds = far.filter(({ thing }) => thing.home !== to.thing.home)
    const told = thirds.length > 0 && random.chance(0.8) ? random.pick(thirds) : random.pick([...far, ...own])
    const references = [thingOf(told).label]
    stage.do({ do: 'send', from, to: to.thing.label, references })
    if (own.length > 0 && random.chance(0.4)) {
      // What an actor remembers of another is part of its state.
      stage.do({ do: 'refer', at: from, from: random.pick(own).label, to: references[0] })
    }
    if (random.chance(0.5)) stage.do({ do: 'let-go', at: from, what: references[0] })
  },
}
