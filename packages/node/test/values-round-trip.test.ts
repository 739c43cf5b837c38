import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeValue } from '../src/values/decode-value.js'
import { encodeValue } from '../src/values/encode-value.js'
import { passValue, Service } from './support/pass-value.js'
import { structuredValues } from './support/structured-values.js'

const byCopy = (): null => null

describe('a value that is encoded and decoded', () => {
  it('is what it was, whatever its structure', () => {
    fc.assert(
      fc.property(structuredValues, (value) => isDeepStrictEqual(passValue(value), value)),
      { numRuns: 1000 },
    )
  })

  it.each([0, 1, 127, 128, -1, -128, 2 ** 31, -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])(
    'is the integer %d',
    (value) => {
      expect(passValue(value)).toBe(value)
      expect(passValue([value])).toStrictEqual([value])
    },
  )

  it.each([-0, Number.NaN, 2 ** 53, -(2 ** 60), 0.1, Number.MIN_VALUE, Number.MAX_VALUE, Number.NEGATIVE_INFINITY])(
    'is the number %d',
    (value) => {
      expect(passValue(value)).toBe(value)
      expect(passValue({ value })).toStrictEqual({ value })
    },
  )

  it.each(['', 'plain', 'ünï', '😀', 'x'.repeat(100), '\ud800', 'a\udc00b', '\u2028<', '\0', '\ufeffbom'])(
    'is the text %j',
    (value) => {
      expect(passValue(value)).toBe(value)
      expect(passValue([value, 1])).toStrictEqual([value, 1])
      expect(passValue({ [value]: value })).toStrictEqual({ [value]: value })
    },
  )

  it('keeps cycles and shared parts', () => {
    const shared = { n: 1 }
    const value: Record<string, unknown> = { shared, list: [shared, shared], map: new Map([[shared, shared]]) }
    value['self'] = value
    const copy = passValue(value) as { shared: object; list: object[]; map: Map<object, object>; self: object }
    expect(copy.self).toBe(copy)
    expect(copy.list[0]).toBe(copy.shared)
    expect(copy.list[1]).toBe(copy.shared)
    expect(copy.map.get(copy.shared)).toBe(copy.shared)
    expect(copy.shared).not.toBe(shared)
    const [first, second] = passValue([shared, shared]) as object[]
    expect(first).toBe(second)
  })

  it('keeps holes, and what boxes primitives', () => {
    const sparse: unknown[] = []
    sparse[70_000] = 'far'
    expect(passValue(sparse)).toStrictEqual(sparse)
    const holey = Object.assign(Array.from<unknown>([]), { 1: 1, 3: undefined })
    expect(passValue(holey)).toStrictEqual(holey)
    const boxes = [Object(1), Object('a'), Object(true), Object(5n)]
    expect(isDeepStrictEqual(passValue(boxes), boxes)).toBe(true)
  })

  it('keeps a prototype that is null, and names that prototypes have', () => {
    const bare = Object.assign(Object.create(null) as object, { constructor: 1, toString: 2 })
    const copy = passValue([bare, { constructor: { prototype: 3 } }]) as object[]
    expect(Object.getPrototypeOf(copy[0])).toBeNull()
    expect({ ...copy[0] }).toStrictEqual({ constructor: 1, toString: 2 })
    expect(Object.keys(copy[1])).toStrictEqual(['constructor'])
    expect(Object.getPrototypeOf(copy[1])).toBe(Object.prototype)
  })

  it('keeps an invalid date, and addresses', () => {
    expect((passValue([new Date(Number.NaN)]) as Date[])[0].getTime()).toBeNaN()
    expect(String((passValue([new URL('https://a.b/c?d')]) as URL[])[0])).toBe('https://a.b/c?d')
  })
})

describe('bytes in a value', () => {
  it('are attached as they are', () => {
    const bytes = new Uint8Array(100_000).fill(7)
    const encoded = encodeValue({ bytes }, byCopy)
    expect(encoded.length).toBeLessThan(bytes.length + 100)
    expect(decodeValue(encoded, byCopy)).toStrictEqual({ bytes })
  })

  it('are copied, not views of the message', () => {
    const encoded = encodeValue([new Uint8Array([1, 2, 3])], byCopy)
    const [copy] = decodeValue(encoded, byCopy) as [Uint8Array]
    encoded.fill(0)
    expect(copy).toStrictEqual(new Uint8Array([1, 2, 3]))
    expect(copy.buffer.byteLength).toBe(3)
  })

  it('stay shared between views', () => {
    const buffer = new ArrayBuffer(16)
    const value = { buffer, floats: new Float32Array(buffer, 4, 2), view: new DataView(buffer, 1, 3) }
    const copy = passValue(value) as typeof value
    expect(copy).toStrictEqual(value)
    expect(copy.floats.buffer).toBe(copy.buffer)
    expect(copy.view.buffer).toBe(copy.buffer)
    expect([copy.floats.byteOffset, copy.view.byteOffset, copy.view.byteLength]).toStrictEqual([4, 1, 3])
  })

  it('of a Buffer do not bring the pool along', () => {
    const encoded = encodeValue([Buffer.from('only this')], byCopy)
    expect(encoded.length).toBeLessThan(200)
    expect(decodeValue(encoded, byCopy)).toStrictEqual([new Uint8Array(Buffer.from('only this'))])
  })
})

describe('references in a value', () => {
  it('arrive as what they resolve to, wherever they are', () => {
    const service = new Service()
    const value = [service, { service }, new Map([[service, new Set([service])]])]
    const [first, second, third] = passValue(value) as [unknown, { service: unknown }, Map<unknown, Set<unknown>>]
    expect(first).toBe(service)
    expect(second.service).toBe(service)
    expect([...(third.get(service) ?? [])]).toStrictEqual([service])
  })

  it('are asked for once for each object and function, and for nothing else', () => {
    const call = (): void => {}
    const inner = { call }
    const asked: object[] = []
    const args = ['text', 1, call, call, inner, { inner, date: new Date() }]
    encodeValue(args, (object) => {
      asked.push(object)
      return object === call ? { place: 0, kind: 9 } : null
    })
    expect(new Set(asked).size).toBe(asked.length)
    expect(asked.length).toBe(5)
  })

  it('carry place and kind', () => {
    const call = (): void => {}
    const marks = [0, 1, 1000, 2 ** 40].flatMap((place) => [0, 1, 255].map((kind) => ({ place, kind })))
    const seen = marks.flatMap((mark) =>
      [call, [call, 1], { call }].map((value) => {
        const arrived: unknown[] = []
        decodeValue(
          encodeValue(value, (object) => (object === call ? mark : null)),
          (there) => arrived.push(there),
        )
        return arrived
      }),
    )
    expect(seen).toStrictEqual(marks.flatMap((mark) => [[mark], [mark], [mark]]))
  })
})
