import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteReader, ByteWriter } from '../src/bytes.js'
import { readAscending, readDeltas, readRuns, writeAscending, writeDeltas, writeRuns } from '../src/columns.js'
import { InvariantError, ProtocolError } from '../src/errors.js'

const MAX = Number.MAX_SAFE_INTEGER

function bytesOf(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter()
  write(writer)
  return writer.finish()
}

function integers(...values: readonly number[]): ByteReader {
  return new ByteReader(
    bytesOf((writer) => {
      for (const value of values) writer.integer(value)
    }),
  )
}

function throughAscending(ids: readonly number[]): number[] {
  const reader = new ByteReader(bytesOf((writer) => writeAscending(writer, ids)))
  const back = [...readAscending(reader)]
  reader.end()
  return back
}

function throughRuns(values: readonly number[]): number[] {
  const reader = new ByteReader(bytesOf((writer) => writeRuns(writer, values)))
  const back = [...readRuns(reader, values.length)]
  reader.end()
  return back
}

function throughDeltas(values: readonly number[]): number[] {
  const reader = new ByteReader(bytesOf((writer) => writeDeltas(writer, values)))
  const back = [...readDeltas(reader, values.length)]
  reader.end()
  return back
}

function expectMalformed(read: () => unknown): void {
  expect(read).toThrow(ProtocolError)
  expect(read).toThrow(expect.objectContaining({ code: 'malformed' }))
}

/** Values that lie close together, far apart, and at the very ends. */
const value = fc.oneof(fc.nat(10), fc.maxSafeNat(), fc.constantFrom(0, MAX, MAX - 1, 2 ** 32, 2 ** 52, 2 ** 52 - 1))

describe('ascending ids', () => {
  it.each([[[]], [[0]], [[MAX]], [[0, MAX]], [[0, 1, 2, MAX - 1, MAX]]])('come back: %j', (ids) => {
    expect(throughAscending(ids)).toEqual(ids)
  })

  it('come back, whatever they are', () => {
    fc.assert(
      fc.property(fc.uniqueArray(value), (some) => {
        const ids = some.toSorted((a, b) => a - b)
        expect(throughAscending(ids)).toEqual(ids)
      }),
    )
  })

  it('take a byte each when they are dense', () => {
    const ids = Array.from({ length: 1000 }, (_, index) => index + 500)
    expect(bytesOf((writer) => writeAscending(writer, ids)).length).toBeLessThanOrEqual(1004)
  })

  it.each([[[1, 1]], [[2, 1]], [[-1]], [[Number.NaN]]])('that do not ascend are a bug of ours: %j', (ids) => {
    expect(() => throughAscending(ids)).toThrow(InvariantError)
  })

  it('above 2^53 - 1 are malformed', () => {
    expectMalformed(() => readAscending(integers(2, MAX, 0)))
    expectMalformed(() => readAscending(integers(3, MAX, MAX, MAX)))
  })

  it('that claim more than follows are malformed', () => {
    expectMalformed(() => readAscending(integers(MAX)))
    expectMalformed(() => readAscending(integers(2, 5)))
  })
})

describe('runs', () => {
  const LONGEST = 2 ** 16

  it.each([[[]], [[0]], [[MAX]], [[MAX, MAX]], [[7, 7, 7, 1]], [[0xffffffff, 0x100000000]]])(
    'come back: %j',
    (values) => {
      expect(throughRuns(values)).toEqual(values)
    },
  )

  it('come back, whatever they are', () => {
    const run = fc.tuple(value, fc.integer({ min: 1, max: 300 }))
    fc.assert(
      fc.property(fc.array(run, { maxLength: 20 }), (runs) => {
        const values = runs.flatMap(([each, length]) => Array.from({ length }, () => each))
        expect(throughRuns(values)).toEqual(values)
      }),
    )
  })

  it.each([LONGEST - 1, LONGEST, LONGEST + 1, 3 * LONGEST])('of %d equal values come back', (length) => {
    const values = Array.from({ length }, () => 5)
    expect(throughRuns(values)).toEqual(values)
  })

  it('of a million equal values take less than 100 bytes', () => {
    expect(bytesOf((writer) => writeRuns(writer, new Float64Array(1_000_000).fill(9))).length).toBeLessThan(100)
  })

  it('beyond their column are malformed', () => {
    expectMalformed(() => readRuns(integers(1, 7, 3), 3))
    expectMalformed(() => readRuns(integers(1, 7, MAX), 3))
  })

  it('longer than the longest are malformed', () => {
    expect(readRuns(integers(1, 7, LONGEST - 1), LONGEST)).toHaveLength(LONGEST)
    const filler = integers(1, 7, LONGEST, 1, 7, LONGEST - 2)
    expectMalformed(() => readRuns(filler, 2 * LONGEST))
  })

  it('of an unknown kind are malformed', () => {
    expectMalformed(() => readRuns(integers(3, 7, 0), 1))
  })

  it('that end too early are malformed', () => {
    expectMalformed(() => readRuns(integers(2), 2))
    expectMalformed(() => readRuns(integers(1, 7), 1))
  })

  it.each([1, LONGEST, 2 ** 33, MAX])('of %d values are refused at once when nothing follows', (length) => {
    expectMalformed(() => readRuns(integers(), length))
  })
})

describe('deltas', () => {
  it.each([[[]], [[0]], [[MAX]], [[MAX, 0, MAX]], [[0, 2 ** 52, 0, 2 ** 52 - 1, 0]], [[5, 3, 3, 9]]])(
    'come back: %j',
    (values) => {
      expect(throughDeltas(values)).toEqual(values)
    },
  )

  it('come back, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(value), (values) => {
        expect(throughDeltas(values)).toEqual(values)
      }),
    )
  })

  it('take a byte each when they move little', () => {
    const values = Array.from({ length: 1000 }, (_, index) => 1_000_000 + (index % 7))
    expect(bytesOf((writer) => writeDeltas(writer, values)).length).toBeLessThan(1010)
  })

  it('below 0 or above 2^53 - 1 are malformed', () => {
    expectMalformed(() => readDeltas(integers(1), 1))
    expectMalformed(() => readDeltas(integers(MAX, MAX, MAX - 1), 2))
  })

  it.each([1, 2 ** 33, MAX])('of %d values are refused at once when nothing follows', (length) => {
    expectMalformed(() => readDeltas(integers(), length))
  })
})

describe('any column reader', () => {
  it('gives values or a ProtocolError for random bytes', () => {
    const length = fc.oneof(fc.nat(20), fc.constantFrom(2 ** 32, MAX))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), length, (bytes, count) => {
        for (const read of [readAscending, readRuns, readDeltas]) {
          try {
            for (const each of read(new ByteReader(bytes), count)) expect(Number.isSafeInteger(each)).toBe(true)
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError)
          }
        }
      }),
    )
  })
})
