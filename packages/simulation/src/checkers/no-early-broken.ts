/**
 * What its holder may still trust is not answered `broken`, and a reference does not break without a reason: its owner is dead, said
 * so, or could not be reached for the whole quarantine.
 */
import { letterOfAnswer } from '../answers.js'
import type { Letter } from '../letter.js'
import { isProtected } from '../oracle.js'
import { Held } from '../thing.js'
import { Violation } from '../violation.js'
import type { World } from '../world.js'
import type { Checker } from './checker.js'

const NAME = 'no-early-broken'

export const noEarlyBroken: Checker = {
  name: NAME,
  restsOnClocks: true,

  processed(world, { by, from, message, sent, refused }) {
    if (refused.size === 0 || from.isHostile) return
    if (message.type === 'call' || message.type === 'return') {
      const letter = world.letters.get(message.type === 'call' ? message.call : letterOfAnswer(message.call))
      if (letter?.from !== from || letter.to !== by) return
      for (const { exportId, thing } of trustedIn(letter)) {
        if (!refused.has(exportId)) continue
        throw new Violation(NAME, `${by.label} refused a use of ${thing.label}, which ${from.label} may trust`)
      }
    } else if (message.type === 'dgc:reconcile') {
      for (const id of refused) {
        const held = from.heldFrom(by, id)
        const isNamed = held !== undefined && sent !== null && held.bornAt <= sent.at
        if (isNamed && held.establishedAt > by.expired(from)) checkNotLive(world, held, 'refused in a reconcile')
      }
    } else if (message.type === 'dgc:addRef') {
      for (const { id, gifter, gift } of message.entries) {
        const known = refused.has(id) ? world.witness.giftOf(gifter, gift) : undefined
        if (known === undefined || known.receiver !== from || known.isOfLiars) continue
        if (known.phase === 'claimed' && known.held !== null)
          checkNotLive(world, known.held, 'refused to the receiver of a gift')
      }
    }
  },

  broke(world, held, cause) {
    const { at, thing } = held
    if (at.isHostile || thing.home.isHostile) return
    if (cause === 'message') {
      if (isProtected(held, held.claims)) checkNotLive(world, held, 'answered broken')
      return
    }
    if (!thing.home.isUp || waitedLongEnough(world, held)) return
    throw new Violation(NAME, `${thing.label} broke at ${at.label}, whose owner is up and was not away for long`)
  },
}

/**
 * What a letter uses, and its sender may trust at the owner's turn to read it: the next message of the same frame may be
 * an addRef that lists the sender, too late for this use. So it must be asked then, not when the turn is over.
 */
function* trustedIn({ target, targetBy, references }: Letter): Generator<Held> {
  if (target !== null && isProtected(target, targetBy)) yield target
  for (const { meant, gift, by } of references) {
    if (gift === null && meant instanceof Held && isProtected(meant, by)) yield meant
  }
}

function checkNotLive(world: World, held: Held, how: string): void {
  if (held.state === 'broken') return
  world.oracle.walk()
  if (!world.oracle.isLive(held)) return
  throw new Violation(NAME, `${held.thing.label} was ${how} to ${held.at.label}, where it is live and may be trusted`)
}

/** A holder may give up after the quarantine without a session, and a gift that found none within the holder's term. */
function waitedLongEnough(world: World, { at, thing, claims, establishedAt }: Held): boolean {
  const { quarantine } = world.leases
  const { place } = thing.home
  const now = at.localTime
  // What was good before it was given up counts no more: a gift that has come since stands alone.
  const isEstablished = establishedAt > at.expired(thing.home)
  if (!isEstablished && claims.every((gift) => gift.phase !== 'received' || now >= gift.waitsUntil)) return true
  const endedAt = at.viewEndedAt[place]
  return at.views[place] === null && endedAt !== undefined && now >= endedAt + quarantine
}
