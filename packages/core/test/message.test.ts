import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../src/errors.js'
import { type ExportId, type GiftId, type Incarnation, nodeId } from '../src/ids.js'
import { decodeMessage, encodeMessage } from '../src/message/codec.js'
import { MESSAGE_CODES, type Message } from '../src/message/message.js'
import type { WireReference } from '../src/message/reference.js'

const positive = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }))
const counter = fc.oneof(fc.nat(300), fc.maxSafeNat())
const exportIds = positive.map((value) => value as ExportId)
const gifts = positive.map((value) => value as GiftId)
const incarnations = positive.map((value) => value as Incarnation)
const address = fc.record({ node: fc.constantFrom('alice', 'bob', 'zoë').map(nodeId), incarnation: incarnations })
const ascending = fc.uniqueArray(positive, { maxLength: 20 }).map((ids) => Float64Array.from(ids).sort())
const via = fc.array(fc.record({ gifter: address, gift: gifts }), { maxLength: 3 })
const token = fc.oneof(fc.constant(new Uint8Array(0)), fc.uint8Array({ minLength: 16, maxLength: 16 }))
const reference: fc.Arbitrary<WireReference> = fc.oneof(
  fc.record({ kind: fc.constant('grant' as const), id: exportIds }),
  fc.record({ kind: fc.constant('home' as const), id: exportIds }),
  fc.record({
    kind: fc.constant('gift' as const),
    id: exportIds,
    owner: address,
    gift: gifts,
    depth: fc.nat(9),
    via,
    token,
  }),
)
const references = fc.array(reference, { maxLength: 12 })
const u32 = fc.nat(0xffffffff)
const payload = fc.uint8Array({ maxLength: 40 })

const messages: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    type: fc.constant('call' as const),
    call: counter,
    target: fc.option(exportIds),
    references,
    payload,
  }),
  fc.record({ type: fc.constant('return' as const), call: counter, references, payload }),
  fc.record({
    type: fc.constant('dgc:addRef' as const),
    incarnation: incarnations,
    entries: fc.array(fc.record({ id: exportIds, gifter: address, gift: gifts, via, token }), { maxLength: 12 }),
  }),
  fc.record({
    type: fc.constant('dgc:giftAck' as const),
    receiver: fc.option(address),
    clock: counter,
    gifts: fc.array(gifts, { maxLength: 12 }),
  }),
  fc.record({ type: fc.constant('dgc:dropRef' as const), ids: ascending, received: counter }),
  fc.record({ type: fc.constant('dgc:broken' as const), ids: ascending, at: counter, isRefusal: fc.boolean() }),
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map((key) => ({ type: 'dgc:giftKey' as const, key })),
  fc.record({ type: fc.constant('dgc:askReport' as const), full: fc.boolean() }),
  fc.record({ type: fc.constant('dgc:bringOutYourDead' as const) }),
  fc.record({ type: fc.constant('dgc:report' as const), part: counter, more: fc.boolean(), report: payload }),
  fc.tuple(incarnations, ascending, fc.nat()).map(([incarnation, ids, version]) => ({
    type: 'dgc:collect' as const,
    incarnation,
    ids,
    versions: ids.map((_, place) => version + (place % 3)),
  })),
  fc
    .tuple(incarnations, counter, fc.array(fc.tuple(counter, fc.nat(5)), { maxLength: 12 }))
    .map(([incarnation, report, entries]) => ({
      type: 'dgc:clearWeak' as const,
      incarnation,
      report,
      names: entries.map(([name]) => name),
      groups: entries.map(([, group]) => group),
    })),
  fc.record({ type: fc.constant('dgc:release' as const), gifts: fc.array(gifts, { maxLength: 12 }) }),
  fc.record({ type: fc.constant('dgc:ping' as const), received: counter, count: counter, digest: u32 }),
  fc.record({ type: fc.constant('dgc:pong' as const) }),
  fc.record({ type: fc.constant('dgc:reconcile' as const), last: fc.boolean(), received: counter, ids: ascending }),
  fc.record({ type: fc.constant('dgc:reconcileOk' as const), at: counter }),
)

/** Plain data, so that a view and an array of the same bytes are equal. */
const plain = (message: Message): unknown =>
  JSON.parse(
    JSON.stringify(message, (_, value: unknown) =>
      ArrayBuffer.isView(value) ? Array.from(value as Uint8Array) : value,
    ),
  )

describe('a message', () => {
  it('arrives as it was sent', () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(plain(decodeMessage(encodeMessage(message)))).toEqual(plain(message))
      }),
    )
  })

  it('that was cut short or damaged is a protocol error or another valid message, never anything else', () => {
    fc.assert(
      fc.property(messages, fc.nat(200), fc.option(fc.nat(255)), (message, at, value) => {
        const bytes = encodeMessage(message)
        const damaged = value === null ? bytes.subarray(0, at % bytes.length) : Uint8Array.from(bytes)
        if (value !== null) damaged[at % bytes.length] = value
        try {
          decodeMessage(damaged)
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('of an unknown kind is a protocol error', () => {
    expect(() => decodeMessage(Uint8Array.of(200))).toThrow(/unknown-message/)
  })

  it('of every kind that there is is among those tested', () => {
    const tested = new Set(fc.sample(messages, { numRuns: 1000, seed: 1 }).map(({ type }) => type))
    expect([...tested].sort()).toEqual(Object.keys(MESSAGE_CODES).sort())
    expect(new Set(Object.values(MESSAGE_CODES)).size).toBe(tested.size)
  })

  it.each<[string, string, readonly number[]]>([
    ['a kind that a later version speaks', 'unknown-message', [18]],
    ['a gift with half a token', 'malformed', [1, 0, 0, 1, 1, 1, 98, 1, 8, 0, 1, 0, 1, 9, 9, 9]],
    ['a gift upon more gifts than follow', 'malformed', [1, 0, 0, 1, 1, 1, 98, 1, 8, 0, 1, 0, 200, 1, 1, 97, 1, 1]],
    ['a gift upon a gift of the number 0', 'bad-id', [1, 0, 0, 1, 1, 1, 98, 1, 8, 0, 1, 0, 2, 1, 97, 1, 0]],
    ['a claim without its proof', 'malformed', [3, 1, 1, 1, 97, 1, 1, 2, 2, 0]],
    ['half a key', 'malformed', [17, ...Array.from({ length: 31 }, () => 7)]],
    ['a key with something behind it', 'malformed', [17, ...Array.from({ length: 33 }, () => 7)]],
    ['broken things that are neither refused nor not', 'malformed', [6, 2, 0, 0]],
    ['a clearWeak to the lifetime 0', 'bad-id', [16, 0, 1, 0]],
    ['a clearWeak of more names than follow', 'malformed', [16, 1, 1, 2, 2]],
    ['a clearWeak of a name in no group', 'malformed', [16, 1, 1, 1, 2]],
    ['a clearWeak with something behind it', 'malformed', [16, 1, 1, 0, 0]],
    ['nothing at all', 'malformed', []],
    ['a reconcile that is neither the last chunk nor not', 'malformed', [14, 2, 0, 0]],
    ['a reconcile of more ids than follow', 'malformed', [14, 1, 0, 200]],
    ['a reconcile of the id 0', 'bad-id', [14, 1, 0, 1, 0]],
    ['a reconcile without its ids', 'malformed', [14, 1, 5]],
    ['a reconcile with something behind it', 'malformed', [14, 1, 0, 0, 7]],
    ['a giftAck to neither somebody nor nobody', 'malformed', [4, 2, 0, 0]],
    ['a giftAck whose receiver has no name', 'bad-id', [4, 1, 0, 1, 0, 0]],
    ['a giftAck whose receiver has the lifetime 0', 'bad-id', [4, 1, 1, 97, 0, 0, 0]],
    ['a giftAck of the gift 0', 'bad-id', [4, 0, 0, 1, 0]],
    ['a release of the gift 0', 'bad-id', [11, 1, 0]],
    ['a release of more gifts than follow', 'malformed', [11, 3, 2]],
    ['a ping with half a digest', 'malformed', [12, 1, 1, 9, 9]],
    ['a ping with something behind it', 'malformed', [12, 1, 1, 9, 9, 9, 9, 9]],
    ['a pong with something in it', 'malformed', [13, 0]],
    ['a reconcileOk of no message', 'malformed', [15]],
    ['a wish for a report that is neither full nor not', 'malformed', [7, 3]],
  ])('that is %s is refused as %s', (_, code, bytes) => {
    const decode = () => decodeMessage(Uint8Array.from(bytes))
    expect(decode).toThrow(ProtocolError)
    expect(decode).toThrow(expect.objectContaining({ code }))
  })

  it('of the same kinds is taken where it is right', () => {
    for (const bytes of [
      [14, 1, 0, 0],
      [14, 0, 0, 1, 1],
      [4, 0, 0, 1, 2],
      [4, 1, 1, 97, 1, 0, 0],
      [11, 1, 2],
      [12, 1, 1, 9, 9, 9, 9],
      [13],
      [15, 1],
      [7, 1],
      [16, 1, 1, 2, 2, 1, 0, 2],
      [17, ...Array.from({ length: 32 }, (_, place) => place)],
      [6, 1, 3, 1, 1],
      // bob's object 1, alice's gift 1, of depth 1, upon carol's gift 3; with a token.
      [1, 0, 0, 1, 1, 1, 98, 1, 8, 0, 1, 1, 3, 1, 99, 1, 3, ...Array.from({ length: 16 }, (_, place) => place)],
      // A claim of the same at bob.
      [3, 1, 1, 1, 97, 1, 1, 2, 2, 0, 3, 1, 99, 1, 3, ...Array.from({ length: 16 }, (_, place) => place)],
    ]) {
      const message = decodeMessage(Uint8Array.from(bytes))
      expect([...encodeMessage(message)]).toEqual(bytes)
    }
  })

  it('costs a few bytes a reference', () => {
    const ids = Float64Array.from({ length: 10_000 }, (_, index) => index * 3 + 1)
    expect(encodeMessage({ type: 'dgc:dropRef', ids, received: 9 }).length).toBeLessThan(1.1 * ids.length)
    const reconcile = encodeMessage({ type: 'dgc:reconcile', ids, received: 9, last: true })
    expect(reconcile.length).toBeLessThan(1.1 * ids.length)
    const grants = Array.from(ids, (id) => ({ kind: 'grant' as const, id: id as ExportId }))
    const call = { type: 'call' as const, call: 1, target: null, references: grants, payload: new Uint8Array(0) }
    expect(encodeMessage(call).length).toBeLessThan(1.1 * ids.length)
  })
})
