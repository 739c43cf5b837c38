/** Heap snapshots as V8 writes them, in files that are whole, cut short or damaged. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { UsageError } from '@holdfast/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readHeapFile } from '../src/heap-graph/heap-file.js'
import { reachable } from '../src/heap-graph/reachable.js'
import { parseRhg, writeRhg } from '../src/heap-graph/rhg.js'
import { runCommand } from './support/run-command.js'

/** A program that writes its own heap: a ring of a thousand objects of a size of their own, and what Node needs to live. */
const PROGRAM = `
class Ring { next = null; a = 1; b = 2; c = 3; d = 4; e = 5; f = 6; g = 7; h = 8; i = 9 }
const ring = Array.from({ length: 1000 }, () => new Ring())
ring.forEach((object, place) => { object.next = ring[(place + 1) % ring.length] })
globalThis.first = ring[0]
ring.length = 0
require('node:v8').writeHeapSnapshot(process.argv[1])`

let folder: string
let file: string
let bytes: Buffer
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-'))
  file = join(folder, 'ring.heapsnapshot')
  execFileSync(process.execPath, ['-e', PROGRAM, file])
  bytes = readFileSync(file)
})
afterAll(() => rmSync(folder, { recursive: true }))

function written(content: Uint8Array | string): string {
  const path = join(folder, 'other')
  writeFileSync(path, content)
  return path
}

describe('a heap snapshot', () => {
  test('is a graph in which all that the program holds is reached from the roots', async () => {
    const told: number[] = []
    const { graph, bytes: rhg } = await readHeapFile(file, (read) => told.push(read))
    expect(told.at(-1)).toBe(bytes.length)
    expect(Buffer.from(writeRhg(parseRhg(rhg, 'x'))).equals(writeRhg(graph))).toBe(true)
    const reached = reachable(graph)
    const live = reached.reduce((sum, flag) => sum + flag, 0)
    expect(live).toBeGreaterThan(0.99 * reached.length)
    expect(live).toBeGreaterThan(10_000)
  })

  test('may be gzipped, and start with spaces, whatever the file is called', async () => {
    const plain = await readHeapFile(file)
    const spaced = Buffer.concat([Buffer.alloc(300_000, ' \n'), bytes])
    for (const content of [gzipSync(bytes, { level: 1 }), spaced]) {
      expect(Buffer.from((await readHeapFile(written(content))).bytes).equals(plain.bytes)).toBe(true)
    }
  })

  test('is replayed: a ring of its objects that spans nodes goes, and nothing else', async () => {
    const args = ['replay', file, '--nodes', '2', '--transport', 'memory', '--cut', 'nodes', '--count', '100', '--json']
    const { code, stdout } = await runCommand(args)
    expect(JSON.parse(stdout)).toMatchObject({ count: 100, missed: 0, wronglyFreed: 0, ok: true })
    expect(code).toBe(0)
  })
})

describe('refusing a heap snapshot', () => {
  const refusal = async (content: Uint8Array | string): Promise<UsageError> => {
    const error: unknown = await readHeapFile(written(content)).catch((reason: unknown) => reason)
    if (!(error instanceof UsageError)) throw new Error('was read, or failed otherwise', { cause: error })
    expect(error.message).toMatch(/^'[^']+other' [^\n]+; [^\n]+$/)
    return error
  }

  test('that is cut short, plain or gzipped', async () => {
    expect(await refusal(bytes.subarray(0, bytes.length / 2))).toMatchObject({ code: 'truncated-snapshot' })
    expect(await refusal(gzipSync(bytes).subarray(0, 100_000))).toMatchObject({ code: 'broken-gzip' })
  })

  test.each([
    ['that is other JSON', '{"name":"holdfast"}', 'malformed-snapshot', /a section is missing/],
    ['that is no JSON', '{]', 'malformed-snapshot', /offset 1/],
    ['whose header lacks a field', '{"snapshot":{"meta":{"node_fields":[]}}}', 'malformed-snapshot', /lacks/],
  ])('%s', async (_, content, code, message) => {
    const error = await refusal(content)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
  })

  test('with an edge that leads nowhere', async () => {
    const text = bytes.toString('latin1').replace(/"edges":\[(\d+),(\d+),\d+/, '"edges":[$1,$2,4294967291')
    expect(await refusal(Buffer.from(text, 'latin1'))).toMatchObject({ code: 'malformed-snapshot' })
  })
})
