import { gzipSync } from 'node:zlib'
import { UsageError } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readHeapFile } from '../src/heap-graph/heap-file.js'
import { objectCount } from '../src/heap-graph/heap-graph.js'
import { parseRhg, writeRhg } from '../src/heap-graph/rhg.js'
import { arbitraryGraph, graphOf } from './support/arbitrary-graph.js'
import { HEAP } from './support/known-cuts.js'

/** 3 objects, 4 references, 2 root entries. */
const SMALL = writeRhg(graphOf([[1, 1], [2], [0]], [0, 2]))
const OFFSETS_AT = 16
const TARGETS_AT = OFFSETS_AT + 4 * 4
const ROOTS_AT = TARGETS_AT + 4 * 4

function withWord(at: number, value: number): Uint8Array {
  const bytes = SMALL.slice()
  new DataView(bytes.buffer).setUint32(at, value, true)
  return bytes
}

function refusal(bytes: Uint8Array): UsageError {
  try {
    parseRhg(bytes, 'x.rhg')
  } catch (error) {
    if (error instanceof UsageError) return error
    throw error
  }
  throw new Error('was read')
}

describe('reading a heap graph', () => {
  test('the shipped heap has the sizes its README states', async () => {
    const { graph } = await readHeapFile(HEAP)
    expect([objectCount(graph), graph.targets.length, graph.roots.length]).toEqual([220_986, 887_075, 38_655])
    expect(graph.sizes.reduce((sum, size) => sum + size, 0)).toBe(25_605_799)
  })

  test('reads what it wrote, gzipped or not, at any alignment', () => {
    fc.assert(
      fc.property(arbitraryGraph, fc.nat(3), (graph, shift) => {
        const bytes = writeRhg(graph)
        const shifted = new Uint8Array(bytes.length + shift)
        shifted.set(bytes, shift)
        expect(parseRhg(shifted.subarray(shift), 'x')).toEqual(graph)
        expect(parseRhg(gzipSync(bytes), 'x')).toEqual(graph)
      }),
    )
  })

  test('an empty graph is a graph', () => {
    const empty = graphOf([], [])
    expect(parseRhg(writeRhg(empty), 'x')).toEqual(empty)
  })
})

describe('refusing a file', () => {
  test('that is not there, or is a folder', async () => {
    await expect(readHeapFile('/no/such.rhg')).rejects.toMatchObject({ code: 'unreadable-file' })
    await expect(readHeapFile('/')).rejects.toMatchObject({ code: 'unreadable-file' })
  })

  test('that ends anywhere before its end', () => {
    for (let length = 0; length < SMALL.length; length++) {
      expect(refusal(SMALL.slice(0, length)).code).toBe(length < 4 ? 'foreign-file' : 'truncated-file')
    }
  })

  test('whose gzip is cut short or damaged', () => {
    const zipped = gzipSync(SMALL)
    expect(refusal(zipped.subarray(0, zipped.length - 9)).code).toBe('broken-gzip')
    zipped[20] ^= 0xff
    expect(refusal(zipped).code).toBe('broken-gzip')
  })

  test.each([
    ['of another format', new TextEncoder().encode('{"snapshot":{}}'), 'foreign-file'],
    ['with sizes beyond its length', withWord(4, 0xffffffff), 'truncated-file'],
    ['with bytes behind its end', Uint8Array.of(...SMALL, 0), 'bytes-left-over'],
    ['whose offsets do not begin at 0', withWord(OFFSETS_AT, 1), 'bad-offset'],
    ['whose offsets fall', withWord(OFFSETS_AT + 8, 1), 'bad-offset'],
    ['whose offsets pass the end', withWord(OFFSETS_AT + 8, 5), 'bad-offset'],
    ['whose offsets do not reach the end', withWord(OFFSETS_AT + 12, 3), 'bad-offset'],
    ['with a reference out of range', withWord(TARGETS_AT + 4, 3), 'bad-reference'],
    ['with a root out of range', withWord(ROOTS_AT, 3), 'bad-root'],
  ])('%s', (_, bytes, code) => {
    const error = refusal(bytes)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(/^'x\.rhg' [^\n]+$/)
  })
})
