import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteReader, ByteWriter } from '../src/bytes.js'
import { InvariantError, ProtocolError } from '../src/errors.js'

const MAX = Number.MAX_SAFE_INTEGER

function written(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter(0)
  write(writer)
  return writer.finish()
}

function expectMalformed(read: () => unknown): void {
  expect(read).toThrow(ProtocolError)
  expect(read).toThrow(expect.objectContaining({ code: 'malformed' }))
}

describe('integers', () => {
  it('have the bytes of unsigned LEB128', () => {
    const bytesOf = (value: number): number[] => [...written((writer) => writer.integer(value))]
    expect(bytesOf(0)).toEqual([0])
    expect(bytesOf(127)).toEqual([0x7f])
    expect(bytesOf(128)).toEqual([0x80, 0x01])
    expect(bytesOf(624485)).toEqual([0xe5, 0x8e, 0x26])
    expect(bytesOf(2 ** 32)).toEqual([0x80, 0x80, 0x80, 0x80, 0x10])
    expect(bytesOf(MAX)).toEqual([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f])
  })

  it('come back at every power of two and beside it', () => {
    for (let power = 0; power <= 53; power++) {
      for (const value of [2 ** power - 1, 2 ** power, 2 ** power + 1].filter(Number.isSafeInteger)) {
        const reader = new ByteReader(written((writer) => writer.integer(value)))
        expect(reader.integer()).toBe(value)
        reader.end()
      }
    }
  })

  it.each([-1, 0.5, MAX + 1, Number.NaN, Number.POSITIVE_INFINITY])('refuse to be written as another: %d', (value) => {
    const writer = new ByteWriter()
    expect(() => writer.integer(value)).toThrow(InvariantError)
    expect(writer.length).toBe(0)
  })

  it('above 2^53 - 1 are malformed', () => {
    expectMalformed(() => new ByteReader(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10)).integer())
    expectMalformed(() => new ByteReader(new Uint8Array(8).fill(0xff)).integer())
    expectMalformed(() => new ByteReader(new Uint8Array(9).fill(0x80)).integer())
  })

  it('cut short are malformed', () => {
    const whole = written((writer) => writer.integer(MAX))
    for (let length = 0; length < whole.length; length++) {
      expectMalformed(() => new ByteReader(whole.subarray(0, length)).integer())
    }
  })
})

describe('u32', () => {
  it('is little-endian and unsigned', () => {
    expect([...written((writer) => writer.u32(0xdeadbeef))]).toEqual([0xef, 0xbe, 0xad, 0xde])
    expect(new ByteReader(Uint8Array.of(0xff, 0xff, 0xff, 0xff)).u32()).toBe(0xffffffff)
  })

  it('cut short is malformed', () => {
    expectMalformed(() => new ByteReader(Uint8Array.of(1, 2, 3)).u32())
  })
})

describe('strings', () => {
  it.each(['', 'plain', 'ünïcödé', '中文', '🧹', '\ufeffwith a byte order mark', '\0'])('come back: %j', (text) => {
    const reader = new ByteReader(written((writer) => writer.string(text)))
    expect(reader.string(64)).toBe(text)
    reader.end()
  })

  it('over their limit, in bytes, are malformed', () => {
    const bytes = written((writer) => writer.string('🧹'))
    expect(new ByteReader(bytes).string(4)).toBe('🧹')
    expectMalformed(() => new ByteReader(bytes).string(3))
  })

  it('that are not UTF-8 are malformed', () => {
    expectMalformed(() => new ByteReader(Uint8Array.of(2, 0xc3, 0x28)).string(64))
    expectMalformed(() => new ByteReader(Uint8Array.of(1, 0xf0)).string(64))
  })
})

describe('reading', () => {
  it('refuses lengths beyond the end without allocating them', () => {
    const hostile = written((writer) => writer.integer(MAX))
    expectMalformed(() => new ByteReader(hostile).bytes())
    expectMalformed(() => new ByteReader(hostile).string(MAX))
    expectMalformed(() => new ByteReader(hostile).count())
    expectMalformed(() => new ByteReader(hostile).count(8))
    expectMalformed(() => new ByteReader(hostile).raw(9))
  })

  it('admits a count only when as many items can follow', () => {
    const bytes = written((writer) => {
      writer.integer(2)
      writer.raw(Uint8Array.of(1, 2, 3, 4))
    })
    expect(new ByteReader(bytes).count(2)).toBe(2)
    expectMalformed(() => new ByteReader(bytes).count(3))
  })

  it('gives views of the input, not copies', () => {
    const bytes = Uint8Array.of(2, 7, 8)
    const view = new ByteReader(bytes).bytes()
    bytes[1] = 9
    expect([...view]).toEqual([9, 8])
  })

  it('respects the bounds of the view that it was given', () => {
    const buffer = Uint8Array.of(1, 2, 3, 4).subarray(1, 3)
    const reader = new ByteReader(buffer)
    expect(reader.remaining).toBe(2)
    expect([reader.byte(), reader.byte()]).toEqual([2, 3])
    expectMalformed(() => reader.byte())
  })

  it('says when bytes are left over', () => {
    const reader = new ByteReader(Uint8Array.of(1))
    expectMalformed(() => reader.end())
    reader.byte()
    reader.end()
    expect(reader.remaining).toBe(0)
  })
})

describe('writing', () => {
  it('finishes with a copy of exactly its size', () => {
    const writer = new ByteWriter(64)
    writer.byte(1)
    const first = writer.finish()
    writer.byte(2)
    expect([...first]).toEqual([1])
    expect(first.buffer.byteLength).toBe(1)
    expect([...writer.finish()]).toEqual([1, 2])
  })
})

const item = fc.oneof(
  fc.record({ kind: fc.constant('byte' as const), value: fc.nat(255) }),
  fc.record({ kind: fc.constant('integer' as const), value: fc.maxSafeNat() }),
  fc.record({ kind: fc.constant('u32' as const), value: fc.nat(0xffffffff) }),
  fc.record({ kind: fc.constant('string' as const), value: fc.string({ unit: 'binary', maxLength: 40 }) }),
  fc.record({ kind: fc.constant('bytes' as const), value: fc.uint8Array({ maxLength: 200 }) }),
)

function writeItem(writer: ByteWriter, { kind, value }: typeof item extends fc.Arbitrary<infer T> ? T : never): void {
  if (kind === 'string') writer.string(value)
  else if (kind === 'bytes') writer.bytes(value)
  else writer[kind](value)
}

describe('any sequence of items', () => {
  it('comes back, whatever the first capacity was', () => {
    fc.assert(
      fc.property(fc.array(item), fc.nat(70), (items, capacity) => {
        const writer = new ByteWriter(capacity)
        for (const each of items) writeItem(writer, each)
        const reader = new ByteReader(writer.finish())
        for (const { kind, value } of items) {
          expect(kind === 'string' ? reader.string(1000) : reader[kind]()).toEqual(value)
        }
        reader.end()
      }),
    )
  })

  it('is never read past the end: random bytes give values or ProtocolErrors', () => {
    const reads = fc.array(fc.constantFrom('byte', 'integer', 'u32', 'string', 'bytes', 'count'), { minLength: 1 })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), reads, (bytes, methods) => {
        const reader = new ByteReader(bytes)
        try {
          for (const method of methods) {
            if (method === 'string') reader.string(1000)
            else reader[method]()
          }
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
        expect(reader.remaining).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})

describe('a writer that is used again', () => {
  it('has forgotten what was written before', () => {
    const writer = new ByteWriter()
    writer.string('before')
    writer.clear()
    writer.ascii('abc')
    expect([...writer.view()]).toEqual([97, 98, 99])
    expect([...writer.finishWith(Uint8Array.of(1, 2))]).toEqual([97, 98, 99, 1, 2])
    expect(writer.finishWith(new Uint8Array(1000))).toHaveLength(1003)
  })
})
