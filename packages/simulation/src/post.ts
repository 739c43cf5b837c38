/** A message of the application sets out: from then on the world knows what it means. */
import { Gift } from './gift.js'
import type { Letter, LetterReference } from './letter.js'
import type { SimulatedNode } from './simulated-node.js'
import { Held, type Reference } from './thing.js'
import type { World } from './world.js'

/** What an application is about to send. */
export interface Draft {
  readonly number: number
  readonly to: SimulatedNode
  readonly target: Held | null
  readonly references: readonly Reference[]
}

/** What a node calls a gift, in any lifetime. */
export const giftKey = (gifter: SimulatedNode, gift: number): string => `${gifter.index}:${gift}`

/** A message of the application is on its way: what it carries is promised from now on. */
export function post(
  world: World,
  from: SimulatedNode,
  { draft, message }: { readonly draft: Draft; readonly message: Letter['message'] },
): void {
  const { number, to, target, references } = draft
  const session = from.views[to.place]?.number ?? 0
  const carried: LetterReference[] = references.map((meant, place) => {
    const wire = message.references[place]
    if (!(meant instanceof Held)) {
      meant.exportId = wire.id
      from.exported[wire.id] = meant
      return { meant, gift: null, by: [] }
    }
    if (wire.kind !== 'gift') return { meant, gift: null, by: honoured(meant.claims) }
    const { thing, exportId } = meant
    const last = wire.via.at(-1)
    const upon = last === undefined ? null : (world.witness.giftOf(last.gifter, last.gift) ?? null)
    const { gift: id, token } = wire
    const gift = new Gift({ id, thing, exportId, gifter: from, receiver: to, session, upon, token })
    world.gifts.set(giftKey(from, wire.gift), gift)
    from.openGifts++
    return { meant, gift, by: [] }
  })
  const letter: Letter = {
    number,
    from,
    to,
    session,
    sentAt: world.moment,
    target,
    targetBy: target === null ? [] : honoured(target.claims),
    references: carried,
    message,
  }
  world.letters.set(number, letter)
  world.underWay.push(letter)
}

const NO_GIFTS: readonly Gift[] = []

function honoured(claims: readonly Gift[]): readonly Gift[] {
  return claims.length === 0 ? NO_GIFTS : claims.filter((gift) => gift.isHonoured)
}
