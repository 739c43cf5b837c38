/** An owner removes what a holder had only when the holder's own view of that session is over: the holder knows first. */
import type { SimulatedNode } from '../simulated-node.js'
import type { Held } from '../thing.js'
import { Violation } from '../violation.js'
import type { Checker } from './checker.js'

export const holderKnowsFirst: Checker = {
  name: 'holder-knows-first',
  restsOnClocks: true,

  effect(world, owner, effect) {
    if (effect.type !== 'expired') return
    const holder = world.lifetime(effect.peer, effect.incarnation)
    const trusted = holder === null || owner.isHostile ? undefined : trustedBy(holder, owner)
    if (holder === null || trusted === undefined) return
    const what = `${trusted.thing.label}, which ${holder.label} holds and trusts in an open session`
    throw new Violation(this.name, `${owner.label} has removed ${what}`)
  },
}

/** Something that a holder has of an owner, and may use and give away right now. */
function trustedBy(holder: SimulatedNode, owner: SimulatedNode): Held | undefined {
  if (!holder.isUp || holder.isHostile || holder.viewOf(owner) === null) return undefined
  return holder.held.find((held) => {
    if (held === undefined || held.thing.home !== owner) return false
    // A fresh gift is its gifter's to keep alive until the owner has registered the claim; what is confirmed is the owner's.
    const isPromised = held.establishedAt > owner.expired(holder)
    return isPromised && holder.collector.describeImport(held.importId).isTrusted
  })
}
