/** The rules of sessions, on and off: what a late frame of a dead session does, or one of a dead lifetime. */
import { ALL_RULES, instant, type Rules } from '@holdfast/core'
import { rulesWithout } from '@holdfast/core/unsafe-rules'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOf, Endpoint, exchange, link, openPair } from './support/endpoint.js'

/** Two ends in a new session, and the frames of alice's from the one before that are still on the wire. */
function nextSession(rules: Rules, texts: readonly string[]): { a: Endpoint; b: Endpoint; late: Uint8Array[] } {
  const { a, b } = openPair({ rules })
  const late = texts.flatMap((text) => {
    a.channel.append(bytesOf(text))
    return a.flush()
  })
  a.channel.end('enough')
  exchange(a, b)
  b.channel.open(instant(0))
  exchange(a, b)
  expect([a.channel.state, b.channel.state]).toEqual(['open', 'open'])
  for (const end of [a, b]) end.events.length = 0
  return { a, b, late }
}

describe('session numbers that are never used again', () => {
  test('keep a late frame of a dead session out of the next', () => {
    const { a, b, late } = nextSession(ALL_RULES, ['stale'])
    expect([a.channel.number, b.channel.number]).toEqual([2, 2])
    expect(late.flatMap((frame) => b.receive(frame))).toEqual([])
    a.channel.append(bytesOf('fresh'))
    exchange(a, b)
    expect(b.takeTexts()).toEqual(['fresh'])
  })

  test('without the rule it is taken for a message of the next, in whose place', () => {
    const { a, b, late } = nextSession(rulesWithout('session-numbers-are-fresh'), ['stale'])
    expect([a.channel.number, b.channel.number]).toEqual([1, 1])
    for (const frame of late) b.receive(frame)
    a.channel.append(bytesOf('fresh'))
    exchange(a, b)
    expect(b.takeTexts()).toEqual(['stale'])
  })

  test('keep every late frame out, whatever was sent and whenever it comes', () => {
    const texts = fc.array(fc.constantFrom('one', 'two', 'three'), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(texts, fc.array(fc.nat(4), { maxLength: 8 }), (stale, picks) => {
        const { a, b, late } = nextSession(ALL_RULES, stale)
        const sent: string[] = []
        for (const pick of picks) {
          b.receive(late[pick % late.length])
          sent.push(`fresh ${sent.length}`)
          a.channel.append(bytesOf(sent[sent.length - 1]))
          for (const frame of a.flush()) b.receive(frame)
        }
        expect(b.takeTexts()).toEqual(sent)
        expect([a.channel.number, b.channel.number]).toEqual([2, 2])
      }),
    )
  })
})

/** Alice, in a session with the second lifetime of bob, and the hello of his first that is still on the wire. */
function restarted(rules: Rules): { a: Endpoint; b: Endpoint; first: Endpoint; late: Uint8Array[] } {
  const a = new Endpoint({ node: 'alice', peer: 'bob', rules })
  const first = new Endpoint({ node: 'bob', peer: 'alice', incarnation: 1, rules })
  const b = new Endpoint({ node: 'bob', peer: 'alice', incarnation: 2, rules })
  // Bob's first lifetime has spoken with many others.
  first.counter.see(50)
  first.channel.linkOpened(instant(0))
  const late = first.flush()
  link(a, b)
  exchange(a, b)
  for (const end of [a, b]) end.events.length = 0
  expect(a.channel.peerIncarnation).toBe(2)
  return { a, b, first, late }
}

describe('incarnations in order', () => {
  test('keep a late hello of a dead lifetime from ending the session with the living one', () => {
    const { a, b, late } = restarted(ALL_RULES)
    expect(late.flatMap((frame) => a.receive(frame))).toEqual([])
    expect([a.channel.state, a.channel.peerIncarnation]).toEqual(['open', 2])
    a.channel.append(bytesOf('still here'))
    for (const frame of a.flush()) b.receive(frame)
    expect(b.takeTexts()).toEqual(['still here'])
  })

  test('without the rule the dead one takes the place of the living', () => {
    const { a, b, late } = restarted(rulesWithout('incarnations-are-ordered'))
    const events = late.flatMap((frame) => a.receive(frame))
    expect(events.map(({ type }) => type)).toEqual(['ended', 'established'])
    expect(events.at(-1)).toMatchObject({ incarnation: 1 })
    a.channel.append(bytesOf('to nobody'))
    for (const frame of a.flush()) b.receive(frame)
    expect(b.takeTexts()).toEqual([])
  })

  test('refuse a twin of a dead lifetime that lives on, and never deliver what it says', () => {
    const { a, first: twin } = restarted(ALL_RULES)
    link(a, twin)
    exchange(a, twin)
    expect(twin.takeNews()).toEqual(['refused older-incarnation'])
    expect(a.channel.peerIncarnation).toBe(2)
    const unsafe = restarted(rulesWithout('incarnations-are-ordered'))
    link(unsafe.a, unsafe.first)
    exchange(unsafe.a, unsafe.first)
    unsafe.first.channel.append(bytesOf('from the past'))
    exchange(unsafe.a, unsafe.first)
    expect(unsafe.a.takeTexts()).toEqual(['from the past'])
  })
})

describe('when the peer agreed to a session', () => {
  test('is no later than when this side first asked, however often it asked and however late the answer came', () => {
    const timing = { retransmitAfter: 100 }
    const a = new Endpoint({ node: 'alice', peer: 'bob', timing })
    const b = new Endpoint({ node: 'bob', peer: 'alice', timing })
    a.channel.linkOpened(instant(10))
    a.flush(10) // is lost
    a.channel.linkClosed(instant(20))
    a.channel.linkOpened(instant(300))
    a.flush(300) // is lost, too
    const again = a.flush(500)
    expect(again).toHaveLength(1)
    b.channel.linkOpened(instant(520))
    expect(b.receive(again[0], 530)).toMatchObject([{ type: 'established', since: 520 }])
    for (const frame of b.flush(530)) a.receive(frame, 900)
    expect(a.events).toMatchObject([{ type: 'established', since: 10 }])
  })

  test('is when the hello came to a side that did not ask', () => {
    const { a, b } = openPair()
    a.channel.end('enough')
    exchange(a, b, 5)
    for (const end of [a, b]) end.events.length = 0
    a.channel.open(instant(20))
    for (const frame of a.flush(20)) b.receive(frame, 30)
    expect(b.events).toMatchObject([{ type: 'established', since: 30 }])
    for (const frame of b.flush(30)) a.receive(frame, 40)
    expect(a.events).toMatchObject([{ type: 'established', since: 20 }])
  })
})
