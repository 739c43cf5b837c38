/**
 * Whoever has a session with an owner may give away what it holds of it, once all has healed: a call that does would wait for ever otherwise.
 * Looked at before leases run out, since the reconcile of the next session would hide it; where frames are lost, it may still be under way.
 */
import { Violation } from '../violation.js'
import type { Checker } from './checker.js'

export const nothingHangs: Checker = {
  name: 'nothing-hangs',

  healed(world) {
    if (!world.options.reliable) return
    for (const node of world.lives) {
      if (!node.isUp || node.isHostile) continue
      for (const held of node.held) {
        if (held?.state !== 'held') continue
        const { home, label } = held.thing
        if (!home.isUp || home.isHostile || node.viewOf(home) === null) continue
        if (node.collector.describeImport(held.importId).isTrusted) continue
        throw new Violation(this.name, `${label} is suspended at ${node.label} for good`)
      }
    }
  },
}
