/**
 * The lies of a misbehaving peer, as messages that a real session carries: the liar runs a real collector, whose codec puts the lie
 * in the place of an innocent call.
 */
import { type ExportId, type GiftId, giftId, type Incarnation, type Message, type NodeAddress } from '@holdfast/core'

/** What a peer can lie about. */
export const FORGERIES = [
  'calls-what-was-never-issued',
  'carries-home-what-was-never-issued',
  'calls-what-it-was-not-granted',
  'gives-of-another-lifetime',
  'gives-what-was-never-issued',
  'claims-what-was-never-issued',
  'claims-with-a-foreign-gift',
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
}

const NEVER = 1_000_000 as ExportId
const NOTHING = new Uint8Array(0)

function call(target: ExportId | null): Message {
  return { type: 'call', call: 0, target, references: [], payload: NOTHING }
}

/** The message of a lie; bytes where it is none. */
export function forge(lie: Forgery, { n, victim, third }: ForgeryFacts): Message | Uint8Array {
  const id = (1 + (n % 8)) as ExportId
  const gift = (1 + (n % 6)) as GiftId
  const foreign = { kind: 'gift', depth: 0, gift } as const
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
      return {
        type: 'dgc:addRef',
        incarnation: victim.incarnation,
        entries: [{ id: NEVER, gifter: third, gift }],
      }
    case 'claims-with-a-foreign-gift':
      return { type: 'dgc:addRef', incarnation: victim.incarnation, entries: [{ id, gifter: third, gift }] }
    case 'acknowledges-a-foreign-gift':
      return { type: 'dgc:giftAck', clock: n % 50, receiver: victim, gifts: [gift] }
    case 'acknowledges-a-gift-never-made':
      return { type: 'dgc:giftAck', clock: 1, receiver: victim, gifts: [giftId(NEVER)] }
    case 'drops-what-was-never-issued':
      return { type: 'dgc:dropRef', ids: [NEVER], received: 0 }
    case 'drops-after-a-message-never-sent':
      return { type: 'dgc:dropRef', ids: [id], received: 1_000_000 }
    case 'breaks-what-it-does-not-own':
      return { type: 'dgc:broken', ids: [id, id + 1, NEVER], at: 1_000_000 }
    case 'reconciles-what-was-never-issued':
      return { type: 'dgc:reconcile', ids: [id, NEVER], last: true, received: 0 }
    case 'confirms-a-reconcile-never-sent':
      return { type: 'dgc:reconcileOk', at: 1_000_000 }
    case 'releases-a-foreign-gift':
      return { type: 'dgc:release', gifts: [gift] }
    case 'condemns':
      return { type: 'dgc:collect', incarnation: victim.incarnation, ids: [id], versions: [n % 4] }
    case 'reports-garbage':
      return { type: 'dgc:report', report: Uint8Array.of(1, 2, 3, n & 0xff) }
    case 'speaks-nonsense':
      return Uint8Array.of(1 + (n % 20), n & 0xff, (n * 7) & 0xff)
    case 'floods':
      return { ...call(null), payload: new Uint8Array(64) } as Message
  }
}
