/** A file that V8 wrote: the heap of this process. */
import { PassThrough } from 'node:stream'
import { getHeapSnapshot } from 'node:v8'
import { expect, it } from 'vitest'
import { readHeapSnapshot } from '../src/exact/index.js'

it('reads what V8 writes, and says how far it is', async () => {
  const bytes: number[] = []
  const stream = getHeapSnapshot().pipe(new PassThrough())
  const snapshot = await readHeapSnapshot(stream, { onProgress: (now) => bytes.push(now) })
  const json = bytes.at(-1)!
  expect(json).toBeGreaterThan(1_000_000)
  expect(bytes).toEqual(bytes.toSorted((a, b) => a - b))
  expect(snapshot.nodeCount).toBeGreaterThan(10_000)
  expect(snapshot.typeOf(0)).toBe('synthetic')

  const before = snapshot.bytes
  expect(before).toBeLessThan(json)
  const retainers = [...snapshot.retainersOf(1)]
  expect(retainers).toMatchObject([{ source: 0, target: 1, type: 'element', weak: false }])
  expect(snapshot.bytes).toBe(before + 4 * (snapshot.nodeCount + 1 + snapshot.edgeCount))

  const nodes = Array.from({ length: snapshot.nodeCount }, (_, node) => node)
  const globalObject = [...snapshot.edgesOf(0)].find(({ type }) => type === 'shortcut')!.target
  expect(snapshot.describePath(snapshot.pathTo(globalObject)!)).toBe('globalThis (global)')
  const log = nodes.find((node) => snapshot.typeOf(node) === 'closure' && snapshot.nameOf(node) === 'parse')!
  const path = snapshot.pathTo(log)!
  expect(path[0]).toEqual({ node: 0, edge: null })
  expect(path.at(-1)!.node).toBe(log)
  for (const [place, { edge }] of path.slice(1).entries()) expect(edge!.source).toBe(path[place].node)
  expect(() => snapshot.nameOf(snapshot.nodeCount)).toThrow(expect.objectContaining({ code: 'no-such-node' }))
})
