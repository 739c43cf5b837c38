import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../src/errors.js'
import { exportId, giftId, incarnation, nodeId } from '../src/ids.js'

function expectBadId(make: () => unknown): void {
  expect(make).toThrow(ProtocolError)
  expect(make).toThrow(expect.objectContaining({ code: 'bad-id' }))
}

describe('nodeId', () => {
  it.each(['a', 'worker 1', 'ключ', '🧹', 'x'.repeat(64)])('accepts %j as it is', (name) => {
    expect(nodeId(name)).toBe(name)
  })

  it.each(['', 'x'.repeat(65), 'a\nb', '\0', '\u007f', '\u0085'])('refuses %j', (name) => {
    expectBadId(() => nodeId(name))
  })

  it.each(['\ud800', 'a\udc00', '\udc00\ud800'])(
    'refuses half a surrogate pair, which UTF-8 cannot carry: %j',
    (name) => {
      expectBadId(() => nodeId(name))
    },
  )
})

describe.each([
  ['incarnation', incarnation],
  ['exportId', exportId],
  ['giftId', giftId],
])('%s', (_, make) => {
  it.each([1, 2 ** 32, Number.MAX_SAFE_INTEGER])('accepts %d', (value) => {
    expect(make(value)).toBe(value)
  })

  it.each([0, -1, 1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (value) => {
    expectBadId(() => make(value))
  })
})
