/** Nothing of a session that is over is processed: not by a new session between the same nodes, and not by a new lifetime. */
import type { SimulatedNode, View } from '../simulated-node.js'
import { Violation } from '../violation.js'
import type { Checker } from './checker.js'

export const noStaleMessage: Checker = {
  name: 'no-stale-message',

  processed(_world, { by, from, message, sent }) {
    if (sent === null || from.isHostile || sent.by.isHostile) return
    const what = `${message.type} of ${sent.by.label} at ${by.label}`
    if (sent.by !== from) throw new Violation(this.name, `${what}, in a session with ${from.label}`)
    const mine = viewIn(by, from)
    const theirs = viewIn(from, by)
    if (mine === null || theirs === null || mine.number !== theirs.number) return
    if (sent.at < theirs.openedAt) throw new Violation(this.name, `${what} was sent before this session began`)
  },
}

/** The session that is open, or was until this turn. */
function viewIn(node: SimulatedNode, peer: SimulatedNode): View | null {
  const view = node.views[peer.place] ?? node.lastViews[peer.place] ?? null
  return view?.peer === peer ? view : null
}
