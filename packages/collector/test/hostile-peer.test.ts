/** A peer that says what it likes: its own session may end, and nothing else happens to anybody. */
import {
  encodeMessage,
  exportId,
  giftId,
  type Incarnation,
  type Message,
  type NodeAddress,
  type WireReference,
} from '@holdfast/core'
import { encodeReport } from '@holdfast/tracing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DataFrame, openFrame, sealFrame } from './support/frames.js'
import { reachable } from './support/oracle.js'
import { node, World } from './support/world.js'

const TOLERATED = ['session-ended', 'broken', 'rejected', 'untrusted'] as const
const address = (name: string, incarnation = 1): NodeAddress => ({
  node: node(name),
  incarnation: incarnation as Incarnation,
})

const ids = fc.integer({ min: 1, max: 6 }).map(exportId)
const gifts = fc.integer({ min: 1, max: 4 }).map(giftId)
const addresses = fc.constantFrom(
  address('alice'),
  address('alice', 2),
  address('bob'),
  address('mallory'),
  address('nobody'),
)
const numbers = fc.oneof(fc.nat(8), fc.constant(Number.MAX_SAFE_INTEGER))
const bytes = fc.uint8Array({ maxLength: 40 })
const columns = fc.uniqueArray(ids, { maxLength: 5 }).map((list) => Float64Array.from(list).sort())
const via = fc.array(fc.record({ gifter: addresses, gift: gifts }), { maxLength: 2 })
const token = fc.oneof(fc.constant(new Uint8Array(0)), fc.uint8Array({ minLength: 16, maxLength: 16 }))
const references = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('grant' as const), id: ids }),
    fc.record({ kind: fc.constant('home' as const), id: ids }),
    fc.record({
      kind: fc.constant('gift' as const),
      id: ids,
      owner: addresses,
      gift: gifts,
      depth: fc.nat(3),
      via,
      token,
    }),
  ) as fc.Arbitrary<WireReference>,
  { maxLength: 3 },
)
const messages: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    type: fc.constant('call' as const),
    call: fc.nat(3),
    target: fc.option(ids),
    references,
    payload: bytes,
  }),
  fc.record({ type: fc.constant('return' as const), call: fc.nat(3), references, payload: bytes }),
  fc.record({
    type: fc.constant('dgc:addRef' as const),
    incarnation: fc.constantFrom(1 as Incarnation, 2 as Incarnation),
    entries: fc.array(fc.record({ id: ids, gifter: addresses, gift: gifts, via, token }), { maxLength: 3 }),
  }),
  fc.record({
    type: fc.constant('dgc:giftAck' as const),
    receiver: fc.constantFrom(null, { node: node('bob'), incarnation: 1 as Incarnation }),
    clock: numbers,
    gifts: fc.array(gifts, { maxLength: 3 }),
  }),
  fc.record({ type: fc.constant('dgc:dropRef' as const), ids: columns, received: numbers }),
  fc.record({ type: fc.constant('dgc:broken' as const), ids: columns, at: numbers, isRefusal: fc.boolean() }),
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map((key): Message => ({ type: 'dgc:giftKey', key })),
  fc.constantFrom<Message>({ type: 'dgc:askReport', full: false }, { type: 'dgc:bringOutYourDead' }),
  fc.record({ type: fc.constant('dgc:report' as const), part: fc.nat(2), more: fc.boolean(), report: bytes }),
  columns.map((list): Message => ({ type: 'dgc:collect', incarnation: 1 as Incarnation, ids: list, versions: list })),
)

/** alice's object is at bob and was at mallory, bob's is at alice, who has an unacknowledged gift of it to mallory. */
function town(): { world: World; forge: (...messages: readonly Uint8Array[]) => void } {
  const trusts = (name: string): boolean => name !== 'mallory'
  const world = new World(['alice', 'bob', 'mallory'], { tolerates: TOLERATED, collector: { trusts } })
  const thing = world.node('alice').create()
  world.send('alice', { node: 'bob' }, [thing])
  world.send('alice', { node: 'mallory' }, [thing])
  world.send('bob', { node: 'alice' }, [world.node('bob').create()])
  world.settle()
  world.send('alice', { node: 'mallory' }, [world.node('alice').roots.at(-1) as typeof thing])
  world.wires.get('alice>mallory')?.splice(0)
  world.send('mallory', { node: 'alice' }, [world.node('mallory').create()])
  const template = openFrame(world.wires.get('mallory>alice')?.shift() as Uint8Array) as DataFrame
  world.node('mallory').letGoOfAll()
  world.letters.clear()
  let { first } = template
  const forge = (...list: readonly Uint8Array[]): void => {
    world.step('alice', {
      type: 'frame',
      peer: node('mallory'),
      frame: sealFrame({ ...template, first, messages: list }),
    })
    first += list.length
  }
  return { world, forge }
}

function expectHonestUntouched(world: World): void {
  const ended = world.log.filter(({ effect }) => effect.type === 'session-ended')
  for (const { node: name, effect } of ended) expect([name, effect]).toMatchObject(['alice', { peer: 'mallory' }])
  expect(world.node('alice').collector.isConnected(node('bob'))).toBe(true)
  expect(world.node('alice').collector.tables.pins).toBe(1)
  reachable(world)
  const [, atBob] = world.node('bob').roots
  world.send('bob', { target: atBob })
  world.deliver('bob', 'alice')
  expect(world.log.at(-1)).toMatchObject({ node: 'alice', effect: { type: 'called', from: 'bob' } })
}

describe('a hostile peer', () => {
  it('touches nobody else with messages that are well formed', () => {
    fc.assert(
      fc.property(fc.array(messages, { minLength: 1, maxLength: 6 }), (list) => {
        const { world, forge } = town()
        for (const message of list) forge(encodeMessage(message))
        expectHonestUntouched(world)
      }),
      { numRuns: 400 },
    )
  })

  it('touches nobody else with messages that are damaged', () => {
    const damage = fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.array(fc.tuple(messages, damage, fc.nat(30)), { minLength: 1, maxLength: 4 }), (list) => {
        const { world, forge } = town()
        for (const [message, changes, cut] of list) {
          const encoded = encodeMessage(message)
          for (const [at, value] of changes) encoded[at % encoded.length] = value
          forge(cut > 25 ? encoded.subarray(0, encoded.length - 1) : encoded)
        }
        expectHonestUntouched(world)
      }),
      { numRuns: 400 },
    )
  })

  it('touches nobody else with frames of any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 4 }), fc.boolean(), (frames, plausible) => {
        const { world } = town()
        for (const frame of frames) {
          if (plausible && frame.length > 0) frame[0] = 0x10 | (frame[0] % 8)
          world.step('alice', { type: 'frame', peer: node('mallory'), frame })
        }
        expectHonestUntouched(world)
      }),
      { numRuns: 400 },
    )
  })

  it.each<[string, Message, string]>([
    ['drops as of a message that was never sent', { type: 'dgc:dropRef', ids: [1], received: 99 }, 'bad-received'],
    [
      'acknowledges a gift that was never made',
      { type: 'dgc:giftAck', receiver: null, clock: 1, gifts: [giftId(9)] },
      'never-given',
    ],
    [
      "acknowledges a gift of another's object",
      { type: 'dgc:giftAck', receiver: null, clock: 1, gifts: [giftId(1)] },
      'not-the-owner',
    ],
    ['gives a node its own object', call({ references: [giftOf(address('alice'))] }), 'gift-of-own'],
    ['gives upon too many gifts', call({ references: [{ ...giftOf(address('bob')), depth: 256 }] }), 'gift-depth'],
    [
      'reports in the name of another',
      { type: 'dgc:report', part: 0, more: false, report: emptyReport('bob') },
      'foreign-report',
    ],
  ])('that %s loses its session, by name of the mistake', (_, message, code) => {
    const { world, forge } = town()
    const { exports } = world.node('alice').collector.tables
    forge(encodeMessage(message))
    expect(world.log.find(({ effect }) => effect.type === 'session-ended')?.effect).toMatchObject({
      peer: 'mallory',
      error: { code },
    })
    expect(world.node('alice').collector.tables.exports).toBe(exports)
    expectHonestUntouched(world)
  })

  it.each<[string, Message]>([
    ['uses what was never issued', call({ target: exportId(9) })],
    ['carries home what was never issued', call({ references: [{ kind: 'home', id: exportId(9) }] })],
    ['drops what was never issued', { type: 'dgc:dropRef', ids: [9], received: 0 }],
  ])('that %s gets nothing by it', (_, message) => {
    const { world, forge } = town()
    const before = world.node('alice').collector.tables
    forge(encodeMessage(message))
    expect(world.node('alice').collector.tables).toEqual(before)
    expectHonestUntouched(world)
  })

  it('that is not trusted is not obeyed as a coordinator', () => {
    const { world, forge } = town()
    const verdict: Message = { type: 'dgc:collect', incarnation: 1 as Incarnation, ids: [1], versions: [2] }
    forge(
      encodeMessage(verdict),
      encodeMessage({ type: 'dgc:askReport', full: false }),
      encodeMessage({ type: 'dgc:bringOutYourDead' }),
    )
    const untrusted = world.log.filter(({ effect }) => effect.type === 'untrusted')
    expect(untrusted.map(({ node: name, effect }) => [name, effect])).toEqual(
      Array.from({ length: 3 }, () => ['alice', { type: 'untrusted', peer: 'mallory' }]),
    )
    expect(world.isBusy('alice', 'mallory')).toBe(false)
    expectHonestUntouched(world)
  })
})

describe('a peer that gives away what it never had', () => {
  /** mallory gives alice a reference to an object of bob's that bob never exported. */
  function afterTheGift(): World {
    const { world, forge } = town()
    forge(encodeMessage(call({ references: [{ ...giftOf(address('bob')), id: exportId(99) }] })))
    world.deliver('alice', 'bob')
    return world
  }

  it('ends no session but its own', () => {
    expect(afterTheGift().node('bob').collector.isConnected(node('alice'))).toBe(true)
  })
})

function call(parts: Partial<Extract<Message, { type: 'call' }>>): Message {
  return { type: 'call', call: 0, target: null, references: [], payload: new Uint8Array(0), ...parts }
}

function giftOf(owner: NodeAddress): WireReference & { kind: 'gift' } {
  return { kind: 'gift', id: exportId(1), owner, gift: giftId(1), depth: 0, via: [], token: new Uint8Array(16) }
}

function emptyReport(name: string): Uint8Array {
  const references = { inner: [], offsets: new Uint32Array(1), targets: new Uint32Array(0) }
  const exports = { ids: [], versions: [], quarantined: [] }
  return encodeReport({ ...address(name), number: 1, clock: 1, exports, peers: [], references })
}
