/** Gifts are proved: whoever claims what it was not given gets nothing, and nobody else is harmed. */
import {
  type AddRefEntry,
  type AddRefMessage,
  exportId,
  type GiftKeyMessage,
  giftId,
  type Message,
  type NodeAddress,
} from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { describe, expect, it } from 'vitest'
import { areEqual, GiftTokens } from '../src/gift-tokens.js'
import { giftTokensOf } from './support/gift-tokens.js'
import { type Player, QUARANTINE_MS, Stage, TERM_MS } from './support/stage.js'
import { watch } from './support/watch.js'

interface Scene {
  readonly stage: Stage
  /** alice's object, which is at bob. */
  readonly thing: Handle
  readonly atBob: Handle
  /** Claims at alice, as they were sent. */
  readonly claims: readonly AddRefMessage[]
  /** Keys that alice gave, as they were sent. */
  readonly keys: readonly GiftKeyMessage[]
}

function scene(): Scene {
  const stage = new Stage({ hasFaults: true })
  const claims = watch(stage.world, 'dgc:addRef')
  const keys = watch(stage.world, 'dgc:giftKey', 'alice')
  const thing = stage.creates('alice')
  const atBob = stage.gives('alice', thing, 'bob')
  return { stage, thing, atBob, claims, keys }
}

const claimOf = (stage: Stage, entry: AddRefEntry): Message => ({
  type: 'dgc:addRef',
  incarnation: stage.address('alice').incarnation,
  entries: [entry],
})

/** A player says at alice what it likes. */
function says(stage: Stage, player: Player, message: Message): void {
  stage.forges(player, 'alice', message)
  stage.allArrives(player, 'alice')
}

function claims(stage: Stage, player: Player, entry: AddRefEntry): void {
  says(stage, player, claimOf(stage, entry))
}

const holders = ({ stage, thing }: Pick<Scene, 'stage' | 'thing'>): string[] =>
  stage.world
    .node('alice')
    .collector.referrersOf(thing)
    .map(({ node }) => node as string)

const refusals = (stage: Stage): number => stage.world.node('alice').collector.counts.claimsRefused

const isConnected = (stage: Stage, player: Player): boolean =>
  stage.world.node('alice').collector.isConnected(stage.address(player).node)

/** A player lets go of all, and alice knows. */
function leaves(stage: Stage, player: Player): void {
  stage.letsGo(player, ...stage.world.node(player).roots)
  stage.collects(player)
  stage.allArrives(player, 'alice')
}

/** Tokens as a node makes them that has a key and says that they are whose it likes. */
const forger = new GiftTokens(
  { node: 'forger' as NodeAddress['node'], incarnation: 1 as never },
  giftTokensOf('forger'),
)

describe('a claim that nobody made a gift for', () => {
  it.each<[string, (real: AddRefEntry) => Partial<AddRefEntry>]>([
    ['of a guessed id', () => ({ token: new Uint8Array(16) })],
    ['without a token', () => ({ token: new Uint8Array(0) })],
    ['with another id', ({ id }) => ({ id: exportId(id + 1) })],
    ['with the number of another gift', ({ gift }) => ({ gift: giftId(gift + 1) })],
    ['in the name of another gifter', () => ({ gifter: { node: 'judge', incarnation: 1 } as NodeAddress })],
    ['in the name of nobody', () => ({ gifter: { node: 'nobody', incarnation: 1 } as NodeAddress })],
    ["in the name of the gifter's next life", ({ gifter }) => ({ gifter: { ...gifter, incarnation: 2 as never } })],
    ['upon another gift', ({ gifter }) => ({ via: [{ gifter, gift: giftId(1) }] })],
    [
      'with a token that differs in one bit',
      ({ token }) => ({ token: token.map((byte, at) => byte ^ (at === 15 ? 1 : 0)) }),
    ],
  ])('%s is refused, and costs no session', (_, change) => {
    const { stage, thing, atBob, claims: sent } = scene()
    stage.sends('bob', atBob, 'carol')
    stage.arrives('bob', 'carol')
    const real = sent[0].entries[0]
    stage.replaces('carol', 'alice', claimOf(stage, { ...real, ...change(real) }))
    stage.allArrives('carol', 'alice')
    expect(holders({ stage, thing })).toEqual(['bob'])
    expect(refusals(stage)).toBe(1)
    expect(isConnected(stage, 'carol')).toBe(true)
  })

  it('is refused whether there is such an export or not', () => {
    const { stage, thing } = scene()
    const answers = watch(stage.world, 'dgc:broken', 'alice')
    const guess = { gifter: stage.address('bob'), gift: giftId(1), via: [], token: new Uint8Array(16) }
    claims(stage, 'carol', { id: exportId(1), ...guess })
    claims(stage, 'carol', { id: exportId(99), ...guess })
    expect(answers.map(({ isRefusal }) => isRefusal)).toEqual([true, true])
    expect(holders({ stage, thing })).toEqual(['bob'])
  })

  it('is refused to another receiver of the real token', () => {
    const { stage, thing, atBob, claims: sent } = scene()
    stage.gives('bob', atBob, 'carol')
    const [{ entries }] = sent
    says(stage, 'carol', claimOf(stage, entries[0]))
    leaves(stage, 'carol')
    // judge has seen it all.
    stage.forges('judge', 'alice', claimOf(stage, entries[0]))
    stage.allArrives('judge', 'alice')
    expect(holders({ stage, thing })).toEqual(['bob'])
  })

  it('is refused to the next life of the receiver', () => {
    const { stage, thing, atBob, claims: sent } = scene()
    stage.gives('bob', atBob, 'carol')
    stage.world.network.lose('carol', 'alice')
    stage.restarts('carol')
    stage.later(TERM_MS / 2)
    claims(stage, 'carol', sent[0].entries[0])
    expect(refusals(stage)).toBe(1)
    expect(holders({ stage, thing })).toEqual(['bob'])
  })
})

describe('a gift that was claimed', () => {
  it('is not claimed again when the receiver has let go', () => {
    const { stage, thing, atBob, claims: sent } = scene()
    stage.gives('bob', atBob, 'carol')
    stage.allArrives('carol', 'alice')
    expect(holders({ stage, thing })).toEqual(['bob', 'carol'])
    leaves(stage, 'carol')
    claims(stage, 'carol', sent[0].entries[0])
    expect(holders({ stage, thing })).toEqual(['bob'])
    expect(refusals(stage)).toBe(1)
  })

  it('is not claimed again when the owner has taken it back', () => {
    const { stage, thing, atBob, claims: sent } = scene()
    stage.gives('bob', atBob, 'carol')
    stage.allArrives('carol', 'alice')
    stage.world.step('alice', { type: 'revoke', object: thing, holder: stage.address('carol').node })
    claims(stage, 'carol', sent[0].entries[0])
    // Nor does she have it by giving it to herself upon that gift, or to judge.
    const [{ gifter, gift, token, id }] = sent[0].entries
    for (const receiver of ['carol', 'judge'] as const) {
      const own = giftId(7)
      const upon = forger.next(token, { gift: own, receiver: stage.address(receiver) })
      const entry = { id, gifter: stage.address('carol'), gift: own, via: [{ gifter, gift }], token: upon }
      stage.forges(receiver, 'alice', claimOf(stage, entry))
      stage.allArrives(receiver, 'alice')
    }
    expect(holders({ stage, thing })).toEqual(['bob'])
  })

  it('is forgotten when nothing of it can be under way, and stays claimed', () => {
    const { stage, thing, atBob, claims: sent } = scene()
    stage.gives('bob', atBob, 'carol')
    stage.allArrives('carol', 'alice')
    leaves(stage, 'carol')
    stage.later(2 * QUARANTINE_MS)
    claims(stage, 'carol', sent[0].entries[0])
    expect(refusals(stage)).toBe(1)
    // A new gift of the same is another.
    stage.gives('bob', atBob, 'carol')
    stage.allArrives('carol', 'alice')
    expect(holders({ stage, thing })).toEqual(['bob', 'carol'])
    stage.endsWell()
  })

  it('stays claimed over the end of a session', () => {
    const { stage, thing, atBob, claims: sent } = scene()
    stage.gives('bob', atBob, 'carol')
    stage.allArrives('carol', 'alice')
    leaves(stage, 'carol')
    stage.falloutBetween('alice', 'carol')
    stage.meets('alice', 'carol')
    stage.allArrives('carol', 'alice')
    claims(stage, 'carol', sent[0].entries[0])
    expect(holders({ stage, thing })).toEqual(['bob'])
  })
})

describe('a holder', () => {
  it('gives only what it holds: with its key it proves gifts of nothing else', () => {
    const { stage, thing, keys } = scene()
    const second = stage.creates('alice')
    stage.gives('alice', second, 'carol')
    // bob has a key, guesses the id of what carol holds, and is in league with judge.
    const gift = giftId(1)
    const id = exportId(2)
    for (const receiver of ['judge', 'bob'] as const) {
      const token = forger.first(keys[0].key, { id, gift, receiver: stage.address(receiver) })
      stage.forges(receiver, 'alice', claimOf(stage, { id, gifter: stage.address('bob'), gift, via: [], token }))
      stage.allArrives(receiver, 'alice')
    }
    expect(holders({ stage, thing: second })).toEqual(['carol'])
    expect(holders({ stage, thing })).toEqual(['bob'])
  })

  it('gives nothing any more that was taken back from it', () => {
    const { stage, thing, atBob } = scene()
    stage.sends('bob', atBob, 'carol')
    stage.world.step('alice', { type: 'revoke', object: thing, holder: stage.address('bob').node })
    stage.arrives('bob', 'carol')
    stage.allArrives('carol', 'alice')
    expect(holders({ stage, thing })).toEqual([])
    expect(isConnected(stage, 'carol')).toBe(true)
  })

  it('gets another key when it was forgotten, and what it gave before is over', () => {
    const { stage, atBob, claims: sent, keys } = scene()
    stage.sends('bob', atBob, 'carol')
    stage.arrives('bob', 'carol')
    stage.world.network.lose('carol', 'alice')
    stage.forgets('alice', 'bob')
    stage.meets('alice', 'bob')
    const thing = stage.creates('alice')
    stage.gives('alice', thing, 'bob')
    // Both were told to bob: carol's claim never came.
    expect(keys.length).toBe(2)
    expect(areEqual(keys[0].key, keys[1].key)).toBe(false)
    claims(stage, 'carol', sent[0].entries[0])
    expect(refusals(stage)).toBe(1)
  })
})

describe('a gift upon a gift', () => {
  /** bob gives to carol, who gives to judge before alice knows of her. */
  function row(): Scene & { readonly atCarol: Handle } {
    const known = scene()
    const { stage, atBob } = known
    stage.holds('carol', 'alice')
    stage.holds('judge', 'alice')
    const atCarol = stage.gives('bob', atBob, 'carol')
    stage.world.send('carol', { node: 'judge' }, [atCarol])
    stage.world.deliver('carol', 'judge')
    return { ...known, atCarol }
  }

  it.each([[['carol', 'judge'] as const], [['judge', 'carol'] as const]])(
    'is good, in whatever order the claims come: %s',
    (order) => {
      const { stage, thing } = row()
      for (const player of order) stage.allArrives(player, 'alice')
      expect(holders({ stage, thing }).sort()).toEqual(['bob', 'carol', 'judge'])
      expect(refusals(stage)).toBe(0)
      stage.frees('carol', 'alice')
      stage.frees('judge', 'alice')
      stage.endsWell()
    },
  )

  it('is good when the first gifter has let go, since the second has not', () => {
    const { stage, thing, atBob } = row()
    stage.allArrives('carol', 'alice')
    stage.allArrives('alice', 'bob')
    stage.letsGo('bob', atBob)
    stage.collects('bob')
    stage.allArrives('bob', 'alice')
    expect(holders({ stage, thing })).toEqual(['carol'])
    stage.allArrives('judge', 'alice')
    expect(holders({ stage, thing }).sort()).toEqual(['carol', 'judge'])
  })

  it('is good when the claim of the second gifter is lost with its session', () => {
    const { stage, thing, claims: sent } = row()
    stage.world.network.lose('carol', 'alice')
    stage.falloutBetween('alice', 'carol')
    stage.frees('carol', 'alice')
    stage.meets('alice', 'carol')
    stage.allArrives('carol', 'alice')
    // She claims a later gift of bob's.
    const atBob = stage.gives('alice', stage.creates('alice'), 'bob')
    stage.gives('bob', atBob, 'carol')
    stage.allArrives('carol', 'alice')
    expect(sent.length).toBe(3)
    stage.allArrives('judge', 'alice')
    expect(holders({ stage, thing }).sort()).toEqual(['bob', 'judge'])
  })

  it('names the gift before it, and no other proves it', () => {
    const { claims: sent, stage } = row()
    const [ofCarol, ofJudge] = sent.map(({ entries }) => entries[0])
    expect(ofCarol.via).toEqual([])
    expect(ofJudge.via).toEqual([{ gifter: stage.address('bob'), gift: ofCarol.gift }])
    expect(ofJudge.token.length).toBe(16)
    expect(areEqual(ofCarol.token, ofJudge.token)).toBe(false)
  })

  it('is not claimed twice', () => {
    const { stage, thing, claims: sent } = row()
    const again = sent[1].entries[0]
    stage.allArrives('judge', 'alice')
    stage.frees('judge', 'alice')
    stage.world.node('judge').letGoOfAll()
    stage.world.collectLocally('judge')
    stage.allArrives('judge', 'alice')
    expect(holders({ stage, thing })).toEqual(['bob'])
    stage.forges('judge', 'alice', claimOf(stage, again))
    stage.allArrives('judge', 'alice')
    expect(holders({ stage, thing })).toEqual(['bob'])
    expect(refusals(stage)).toBe(1)
  })
})

describe('an honest receiver of a gift that nobody may make', () => {
  /** bob, who lies, gives carol something of alice's. */
  function isLiedTo(stage: Stage, id: number): void {
    const gift = {
      kind: 'gift' as const,
      id: exportId(id),
      owner: stage.address('alice'),
      gift: giftId(50),
      depth: 0,
      via: [],
      token: new Uint8Array(16),
    }
    const payload = new Uint8Array(0)
    stage.forges('bob', 'carol', { type: 'call', call: 0, target: null, references: [gift], payload })
    stage.allArrives('bob', 'carol')
  }

  it('keeps its session, and is told that it was refused', () => {
    const { stage, thing } = scene()
    isLiedTo(stage, 1)
    stage.allArrives('carol', 'alice')
    stage.allArrives('alice', 'carol')
    expect(isConnected(stage, 'carol')).toBe(true)
    expect(stage.world.told('carol', 'broken').map(({ effect }) => effect.why)).toEqual(['refused'])
    expect(holders({ stage, thing })).toEqual(['bob'])
  })

  it('does not lose what it held before', () => {
    const { stage, thing } = scene()
    stage.gives('alice', thing, 'carol')
    isLiedTo(stage, 1)
    stage.allArrives('carol', 'alice')
    stage.allArrives('alice', 'carol')
    expect(refusals(stage)).toBe(1)
    expect(stage.world.told('carol', 'broken')).toEqual([])
    expect(holders({ stage, thing })).toEqual(['bob', 'carol'])
  })

  it.each([
    ['first', (forged: AddRefEntry, real: AddRefEntry) => [forged, real]],
    ['last', (forged: AddRefEntry, real: AddRefEntry) => [real, forged]],
  ])('does not lose what it claims of another in the same message, the forged one %s', (_, inOrder) => {
    const { stage, thing, atBob, claims: sent } = scene()
    stage.sends('bob', atBob, 'carol')
    stage.arrives('bob', 'carol')
    const [real] = sent[0].entries
    const forged = { ...real, gift: giftId(real.gift + 50), token: new Uint8Array(16) }
    stage.replaces('carol', 'alice', { ...sent[0], entries: inOrder(forged, real) })
    stage.allArrives('carol', 'alice')
    stage.allArrives('alice', 'carol')
    expect(refusals(stage)).toBe(1)
    expect(stage.world.told('carol', 'broken')).toEqual([])
    expect(holders({ stage, thing })).toEqual(['bob', 'carol'])
  })

  it('gives on what it held before as if nothing had been said', () => {
    const { stage, thing } = scene()
    const atCarol = stage.gives('alice', thing, 'carol')
    stage.holds('carol', 'alice')
    isLiedTo(stage, 1)
    stage.world.send('carol', { node: 'judge' }, [atCarol])
    stage.world.deliver('carol', 'judge')
    stage.allArrives('judge', 'alice')
    expect(holders({ stage, thing })).toEqual(['bob', 'carol', 'judge'])
  })
})
