/** Short stories of what goes wrong where a rule is missing, told in the midst of everything else. */
import { GAMBITS, gambitsAgainst } from '../gambits/all.js'
import { Scene } from '../gambits/scene.js'
import { populate } from './beginnings.js'
import type { Workload } from './workload.js'

export const gambits: Workload = {
  name: 'gambits',
  about: 'short stories of what goes wrong where a rule is missing, in the midst of everything else',
  weights: { own: 8, crash: 0.3, 'pass-long': 0, 'stand-long': 0.3 },
  stepsShare: 0.5,
  casts: true,
  prepare: populate,
  act(stage) {
    const { random, names, world } = stage
    const against = gambitsAgainst(world.options.rules)
    const gambit = random.pick(against.length > 0 ? against : GAMBITS)
    const players = names.filter((name) => world.active(name)?.isHostile === false)
    if (players.length < gambit.players || world.active(world.options.judges[0] ?? names[0]) === null) return
    const cast = Array.from({ length: gambit.players }, () => players.splice(random.below(players.length), 1)[0])
    const scene = new Scene(stage, cast)
    scene.gathers()
    gambit.play(scene)
  },
}
