/**
 * Two honest nodes never find that they disagree about who holds what: the repair of tables is for bugs, and would hide them. Only of what
 * a verdict has taken may a holder speak for a while.
 */
import { Violation } from '../violation.js'
import type { Checker } from './checker.js'

export const noRepair: Checker = {
  name: 'no-repair',

  effect(world, owner, effect) {
    if (effect.type !== 'released' || effect.by !== 'verdict') return
    for (const object of effect.objects) {
      const exportId = owner.things.get(object)?.exportId
      if (exportId === undefined) continue
      // Also from one that has let go of it since: a ping from before its drop may come after the verdict.
      for (const holder of world.lives) if (holder.everHeldFrom(owner, exportId)) owner.tookFrom.add(holder)
    }
  },

  processed(_world, { by, from, message }) {
    if (message.type !== 'dgc:pong' || by.isHostile || from.isHostile || from.tookFrom.has(by)) return
    throw new Violation(this.name, `${from.label} has other rows for ${by.label} than it should`)
  },
}
