/**
 * A verdict never names an export that has been used since: the `ver` alarm does not ring. A liar can make it ring, by asking to be listed
 * for what it was never given: the owner can't tell, refuses the verdict whole, and nothing is lost but time.
 */
import { Violation } from '../violation.js'
import type { Checker } from './checker.js'

export const noAlarm: Checker = {
  name: 'no-alarm',

  effect(world, node, effect) {
    if (effect.type !== 'alarm' || world.hasLiars) return
    throw new Violation(this.name, `${node.label} refused a verdict of ${effect.coordinator}: ver had moved`)
  },
}
