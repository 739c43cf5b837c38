/**
 * The lies of a misbehaving peer, as messages that a real session carries: the liar runs a real collector, whose codec puts the lie
 * in the place of an innocent call.
 */
import {
  type AddRefEntry,
  ByteWriter,
  type ExportId,
  type GiftId,
  giftId,
  type Incarnation,
  type Message,
  type NodeAddress,
  TOKEN_BYTES,
  writeAddress,
} from '@holdfast/core'
import { mac } from './mac.js'

/** What a peer can lie about. */
export const FORGERIES = [
  'calls-what-was-never-issued',
  'carries-home-what-was-never-issued',
  'calls-what-it-was-not-granted',
  'gives-of-another-lifetime',
  'gives-what-was-never-issued',
  'claims-what-was-never-issued',
  'claims-with-a-foreign-gift',
  'claims-by-its-own-key',
  'claims-by-its-own-key-for-itself',
  'claims-upon-a-gift-it-was-given',
  'drops-and-claims-once-more',
  'claims-what-another-was-given',
  'acknowledges-a-foreign-gift',
  'acknowledges-a-gift-never-made',
  'drops-what-was-never-issued',
  'drops-after-a-message-never-sent',
  'breaks-what-it-does-not-own',
  'reconciles-what-was-never-issued',
  'confirms-a-reconcile-never-sent',
  'releases-a-foreign-gift',
  'condemns',
  'reports-garbage',
  'speaks-nonsense',
  'floods',
] as const

export type Forgery = (typeof FORGERIES)[number]

/** What a lie may name. */
export interface ForgeryFacts {
  /** Picks an id. */
  readonly n: number
  /** The victim, and some third node. */
  readonly victim: NodeAddress
  readonly third: NodeAddress
  /** The liar. */
  readonly self: NodeAddress
  /** What the victim told it to prove gifts with, if it did. */
  readonly key: Uint8Array | null
  /** What others hold of the victim, and the liar does not. */
  readonly unheld: readonly ExportId[]
  /** The last message of the victim that the liar has processed. */
  readonly received: number
  /** Claims at the victim there have been: of the liar, and of others. */
  readonly claims: readonly AddRefEntry[]
  readonly foreignClaims: readonly AddRefEntry[]
}

const NEVER = 1_000_000 as ExportId
const NOTHING = new Uint8Array(0)

function call(target: ExportId | null): Message {
  return { type: 'call', call: 0, target, references: [], payload: NOTHING }
}

const NO_TOKEN = new Uint8Array(0)

/** A token as an honest node makes it, where there is a key. */
function token(
  key: Uint8Array | null,
  { id, gift, receiver }: { id: ExportId | null; gift: GiftId; receiver: NodeAddress },
): Uint8Array {
  if (key === null || key.length === 0) return NO_TOKEN
  const writer = new ByteWriter()
  if (id !== null) writer.integer(id)
  writer.integer(gift)
  writeAddress(writer, receiver)
  return mac(key, writer.finish()).slice(0, TOKEN_BYTES)
}

/** A claim that nothing real is known to imitate is a guess. */
function claim(entry: AddRefEntry, { incarnation }: NodeAddress): Message {
  return { type: 'dgc:addRef', incarnation, entries: [entry] }
}

/** Upon a gift that the liar was given, it gives to itself. */
function uponItself(given: AddRefEntry, self: NodeAddress, gift: GiftId): AddRefEntry {
  const { id, gifter, gift: last, via } = given
  const proof = token(given.token, { id: null, gift, receiver: self })
  return { id, gifter: self, gift, via: [...via, { gifter, gift: last }], token: proof }
}

/** The message of a lie, or several; bytes where it is none. */
export function forge(lie: Forgery, facts: ForgeryFacts): Message | Uint8Array | readonly Message[] {
  const { n, victim, third, self, key } = facts
  // Every other guess is right.
  const id = n % 2 === 0 ? ((1 + (n % 8)) as ExportId) : (facts.unheld[n % facts.unheld.length] ?? (1 as ExportId))
  const gift = (1 + (n % 6)) as GiftId
  const guessed = new Uint8Array(n % 3 === 0 ? 0 : TOKEN_BYTES).fill(n)
  const foreign = { kind: 'gift', depth: 0, gift, via: [], token: guessed } as const
  const guess: AddRefEntry = { id, gifter: third, gift, via: [], token: guessed }
  switch (lie) {
    case 'calls-what-was-never-issued':
      return call(NEVER)
    case 'calls-what-it-was-not-granted':
      return call(id)
    case 'carries-home-what-was-never-issued':
      return { ...call(null), references: [{ kind: 'home', id: NEVER }] } as Message
    case 'gives-of-another-lifetime': {
      const owner = { node: third.node, incarnation: (third.incarnation + 7) as Incarnation }
      return { ...call(null), references: [{ ...foreign, id, owner }] } as Message
    }
    case 'gives-what-was-never-issued':
      return { ...call(null), references: [{ ...foreign, id: NEVER, owner: third }] } as Message
    case 'claims-what-was-never-issued':
      return claim({ ...guess, id: NEVER }, victim)
    case 'claims-with-a-foreign-gift':
      return claim(guess, victim)
    case 'claims-by-its-own-key':
      return claim({ ...guess, gifter: third, token: token(key, { id, gift, receiver: self }) }, victim)
    case 'claims-by-its-own-key-for-itself':
      return claim({ ...guess, gifter: self, token: token(key, { id, gift, receiver: self }) }, victim)
    case 'claims-upon-a-gift-it-was-given':
      return claim(uponItself(facts.claims[n % facts.claims.length] ?? guess, self, giftId(1 + n)), victim)
    case 'drops-and-claims-once-more': {
      const past = facts.claims[n % facts.claims.length] ?? guess
      return [{ type: 'dgc:dropRef', ids: [past.id], received: facts.received }, claim(past, victim)]
    }
    case 'claims-what-another-was-given':
      return claim(facts.foreignClaims[n % facts.foreignClaims.length] ?? guess, victim)
    case 'acknowledges-a-foreign-gift':
      return { type: 'dgc:giftAck', clock: n % 50, receiver: victim, gifts: [gift] }
    case 'acknowledges-a-gift-never-made':
      return { type: 'dgc:giftAck', clock: 1, receiver: victim, gifts: [giftId(NEVER)] }
    case 'drops-what-was-never-issued':
      return { type: 'dgc:dropRef', ids: [NEVER], received: 0 }
    case 'drops-after-a-message-never-sent':
      return { type: 'dgc:dropRef', ids: [id], received: 1_000_000 }
    case 'breaks-what-it-does-not-own':
      return { type: 'dgc:broken', ids: [id, id + 1, NEVER], at: 1_000_000, isRefusal: n % 2 === 0 }
    case 'reconciles-what-was-never-issued':
      return { type: 'dgc:reconcile', ids: [id, NEVER], last: true, received: 0 }
    case 'confirms-a-reconcile-never-sent':
      return { type: 'dgc:reconcileOk', at: 1_000_000 }
    case 'releases-a-foreign-gift':
      return { type: 'dgc:release', gifts: [gift] }
    case 'condemns':
      return { type: 'dgc:collect', incarnation: victim.incarnation, ids: [id], versions: [n % 4] }
    case 'reports-garbage':
      return { type: 'dgc:report', part: n % 3, more: n % 2 === 0, report: Uint8Array.of(1, 2, 3, n & 0xff) }
    case 'speaks-nonsense':
      return Uint8Array.of(1 + (n % 20), n & 0xff, (n * 7) & 0xff)
    case 'floods':
      return { ...call(null), payload: new Uint8Array(64) } as Message
  }
}
