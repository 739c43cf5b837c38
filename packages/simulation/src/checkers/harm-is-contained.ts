/** Who misbehaves harms nobody else: sessions between others do not end in errors, and nobody takes a liar's word for another's. */
import { Violation } from '../violation.js'
import type { Checker } from './checker.js'

export const harmIsContained: Checker = {
  name: 'harm-is-contained',

  effect(world, node, effect) {
    if (node.isHostile) return
    if (effect.type === 'session-ended' && effect.error !== null) {
      const peer = world.find(effect.peer)
      // Rubbish on the wire is the network's doing, and too much of everything is nobody's.
      if (peer?.isHostile === true || effect.error.code === GARBLED || effect.reason === 'queue-full') return
      throw new Violation(this.name, `${node.label} ended its session with ${effect.peer}: ${effect.error.message}`)
    }
    if (effect.type === 'untrusted' && world.find(effect.peer)?.isHostile !== true) {
      throw new Violation(this.name, `${node.label} does not trust ${effect.peer}, who did nothing wrong`)
    }
  },
}

/** What a frame of one zero byte is. */
const GARBLED = 'unsupported-version'
