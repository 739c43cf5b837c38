import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeValue } from '../src/values/decode-value.js'
import { encodeValue } from '../src/values/encode-value.js'
import { NOT_PRIMITIVE, PrimitiveReader } from '../src/values/primitive-reader.js'

const byCopy = (): null => null
const primitive = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.maxSafeInteger(),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, 2 ** 49, 2 ** 53 - 1),
)

describe('the short way of primitives', () => {
  const reader = new PrimitiveReader()

  it('reads what the long way reads, or leaves it to that', () => {
    const value = fc.oneof(
      primitive,
      fc.array(primitive, { maxLength: 5 }),
      fc.array(fc.array(primitive), { maxLength: 2 }),
    )
    fc.assert(
      fc.property(value, fc.nat(3), (sent, from) => {
        const encoded = encodeValue(sent, byCopy)
        const bytes = new Uint8Array(from + encoded.length)
        bytes.set(encoded, from)
        const read = reader.read(bytes, from)
        if (read !== NOT_PRIMITIVE) expect(read).toStrictEqual(decodeValue(encoded, byCopy))
      }),
    )
  })

  it('is taken for small numbers, short text and their like', () => {
    const args = [1, 'hello', -5, true, false, null, undefined]
    expect(reader.read(encodeValue(args, byCopy), 0)).toStrictEqual(args)
    expect(reader.read(encodeValue('', byCopy), 0)).toBe('')
  })

  it('leaves whatever is wrong with the bytes to the long way', () => {
    const damaged = fc.uint8Array({ minLength: 0, maxLength: 24 })
    fc.assert(
      fc.property(damaged, fc.boolean(), (tail, isList) => {
        const bytes = Uint8Array.from([...(isList ? [10] : []), ...tail])
        const read = reader.read(bytes, 0)
        if (read !== NOT_PRIMITIVE) expect(read).toStrictEqual(decodeValue(bytes, byCopy))
      }),
      { numRuns: 2000 },
    )
  })
})
