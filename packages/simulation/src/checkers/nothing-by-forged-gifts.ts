/** Where gifts are proved, nobody is listed for what it was not given: not by a guess, not by a gift made to another, not twice by one. */
import type { AddRefEntry, GiftLink } from '@holdfast/core'
import type { Gift } from '../gift.js'
import type { SimulatedNode } from '../simulated-node.js'
import { Violation } from '../violation.js'
import { listedFor } from '../witness.js'
import type { World } from '../world.js'
import type { Checker } from './checker.js'

export const nothingByForgedGifts: Checker = {
  name: 'nothing-by-forged-gifts',

  turn(world, { node, processed }) {
    const before = world.witness.listedBefore
    const entries = processed.flatMap(({ message }) => (message.type === 'dgc:addRef' ? message.entries : []))
    if (!world.options.proves || entries.length === 0) return
    const from = world.witness.speaker
    if (from === null) return
    if (before !== null && !node.isHostile) {
      for (const id of listedFor(node, from)) {
        if (before.has(id) || entries.some((entry) => entry.id === id && isGiven(world, { node, from, entry })))
          continue
        const label = node.exported[id]?.label ?? id
        throw new Violation(this.name, `${node.label} lists ${from.label} for ${label}, which nobody has given it`)
      }
    }
    for (const entry of entries) {
      const gift = world.witness.giftOf(entry.gifter, entry.gift)
      if (gift !== undefined && isOf(gift, { node, from, entry })) gift.isClaimed = true
    }
  },
}

interface Claim {
  readonly node: SimulatedNode
  readonly from: SimulatedNode
  readonly entry: AddRefEntry
}

/** Whoever guesses the names of a gift has not claimed it. */
function isOf(gift: Gift, { node, from, entry }: Claim): boolean {
  const isMeant = gift.receiver === from && gift.owner === node && gift.exportId === entry.id
  return isMeant && entry.token.join() === gift.token.join()
}

/** By a gift that was really made, and for the first time; or by somebody else who lies, and has a right to give what it holds. */
function isGiven(world: World, claim: Claim): boolean {
  const { node, from, entry } = claim
  const known = world.witness.giftOf(entry.gifter, entry.gift)
  if (known !== undefined && isOf(known, claim) && !known.isClaimed) return true
  const links: readonly GiftLink[] = [...entry.via, entry]
  return links.some(({ gifter, gift }) => {
    const liar = world.lifetime(gifter.node, gifter.incarnation)
    if (liar === null || !liar.isHostile) return false
    if (liar !== from && listedFor(node, liar).has(entry.id)) return true
    // It gives, to itself or another, what it was given and has not claimed.
    const place = links.findIndex((link) => link.gifter === gifter && link.gift === gift)
    const before = links[place - 1]
    const upon = before === undefined ? undefined : world.witness.giftOf(before.gifter, before.gift)
    return upon !== undefined && upon.receiver === liar && upon.exportId === entry.id && !upon.isClaimed
  })
}
