import { ByteWriter, instant, ProtocolError } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOf, type Endpoint, exchange, openPair, textOf } from './support/endpoint.js'

/** Everything an open channel says to its peer: one frame of each kind. */
function frames(): Uint8Array[] {
  const { a, b } = openPair()
  const all: Uint8Array[] = []
  const keep = (end: Endpoint, now = 0) => all.push(...end.flush(now))
  a.channel.append(bytesOf('some message'))
  a.channel.append(bytesOf('another'))
  keep(a)
  for (const frame of all) b.receive(frame)
  b.channel.append(bytesOf('x'))
  for (const frame of b.flush()) a.receive(frame)
  keep(a, 1000)
  a.channel.linkClosed(instant(0))
  a.channel.linkOpened(instant(0))
  keep(a)
  b.channel.linkOpened(instant(0))
  b.receive(all.at(-1) as Uint8Array)
  keep(b)
  a.receive(all[0].slice())
  keep(a)
  a.channel.end('bye')
  keep(a)
  return all
}

/** Gives a frame to the open end `b`; only the peer's fault may be found. */
function give(b: Endpoint, frame: Uint8Array): ProtocolError | null {
  const before = [b.channel.state, b.channel.received, b.channel.acknowledged, b.channel.reorderedBytes]
  try {
    b.receive(frame)
    return null
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    expect([b.channel.state, b.channel.received, b.channel.acknowledged, b.channel.reorderedBytes]).toEqual(before)
    return error
  }
}

describe('a frame that no honest peer sends', () => {
  test('one of each kind is at hand for what follows', () => {
    expect(new Set(frames().map((frame) => frame[0] & 0x0f))).toEqual(new Set([1, 2, 3, 4, 5, 6]))
  })

  test('of random bytes throws nothing but ProtocolError and delivers nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 0, max: 7 }), (bytes, kind) => {
        const { b } = openPair()
        give(b, bytes)
        if (bytes.length > 0) give(b, bytes.with(0, 0x10 | kind))
        expect(b.takeTexts()).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('mutated or cut short throws nothing but ProtocolError, and the channel goes on', () => {
    const originals = frames()
    fc.assert(
      fc.property(
        fc.nat(originals.length - 1),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(40),
        (which, changes, cut) => {
          const { a, b } = openPair()
          const frame = originals[which].slice(0, cut < 20 ? -1 - cut : undefined)
          for (const [at, value] of changes) if (frame.length > 0) frame[at % frame.length] = value
          give(b, frame)
          give(a, frame)
          a.channel.linkOpened(instant(0))
          b.channel.linkOpened(instant(0))
          a.channel.end('start anew')
          a.channel.open(instant(0))
          exchange(a, b)
          a.events.length = 0
          b.events.length = 0
          // A mutated hello may have raised an incarnation: then the honest peer is refused for good.
          if (a.channel.state !== 'open' || b.channel.state !== 'open') return
          a.channel.append(bytesOf('still here'))
          exchange(a, b)
          expect(b.takeTexts()).toEqual(['still here'])
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('with a length, a count or an end that does not fit is refused whole', () => {
    const { a, b } = openPair()
    const texts = ['first', 'second', 'third']
    for (const text of texts) a.channel.append(bytesOf(text))
    const [frame] = a.flush()
    const lengths = 8 // after kind, tag, first, acknowledged and count
    expect(frame[lengths]).toBe(texts[0].length * 2)
    for (let at = lengths - 1; at < lengths + 3; at++) {
      for (let value = 0; value < 256; value++) {
        // The lowest bit of a length says that a message goes on: refused too, being a needless fragment.
        if (value === frame[at]) continue
        expect(give(b, frame.with(at, value))).toMatchObject({ code: 'malformed' })
      }
    }
    for (let length = 0; length < frame.length; length++) expect(give(b, frame.slice(0, length))).not.toBeNull()
    const longer = new Uint8Array(frame.length + 1)
    longer.set(frame)
    expect(give(b, longer)).toMatchObject({ code: 'malformed' })
    expect(give(b, frame)).toBeNull()
    expect(b.takeTexts()).toEqual(texts)
  })

  test('of another session is not even read', () => {
    const { b } = openPair()
    const foreign = new ByteWriter()
    foreign.byte(0x15)
    foreign.u32(0xdeadbeef)
    foreign.byte(0xff)
    expect(b.receive(foreign.finish())).toEqual([])
    expect(b.flush()).toHaveLength(1)
  })

  test('with a record of which nobody knows the place is refused', () => {
    const { a, b } = openPair()
    a.channel.append(bytesOf('text'))
    const [frame] = a.flush()
    expect(textOf(frame.slice(-4))).toBe('text')
    expect(give(b, frame.with(5, 0))).toMatchObject({ code: 'malformed' })
  })
})
