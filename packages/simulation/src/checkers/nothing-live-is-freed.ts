/** Nothing that live code can reach is freed: the oracle walks after every action, and no verdict takes what it reaches. */
import { Violation } from '../violation.js'
import type { Checker } from './checker.js'

export const nothingLiveIsFreed: Checker = {
  name: 'nothing-live-is-freed',
  restsOnClocks: true,

  step(world) {
    world.oracle.walk()
  },

  effect(world, node, effect) {
    if (effect.type !== 'released' || effect.by !== 'verdict') return
    world.stats.collected += effect.objects.length
    world.oracle.walk()
    for (const object of effect.objects) {
      const thing = node.things.get(object)
      if (thing === undefined || !world.oracle.isLive(thing)) continue
      throw new Violation(this.name, `a verdict condemned ${thing.label} of ${node.label}, which is live`)
    }
  },
}
