/** The shape of a heap, from snapshots that were written by hand and from one of V8's own. */
import { execFileSync } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type HeapShape, readHeapShape, readHeapSnapshot } from '../src/exact/index.js'
import {
  type FileEdge,
  type FileNode,
  inChunks,
  sizeOfNode,
  snapshotFile,
  weakMapEdges,
} from './support/snapshot-file.js'

function nodesOf(types: readonly string[], edges: readonly (readonly [number, FileEdge])[]): FileNode[] {
  return types.map((type, node) => ({
    type,
    name: type,
    edges: edges.filter(([source]) => source === node).map(([, edge]) => edge),
  }))
}

const reference = (to: number, type = 'property'): FileEdge => ({ type, name: type === 'element' ? 1 : 'x', to })

async function shapeOf(nodes: readonly FileNode[]): Promise<HeapShape> {
  return readHeapShape(inChunks(Buffer.from(snapshotFile(nodes))))
}

function targetsOf({ offsets, targets }: HeapShape): number[][] {
  return Array.from(offsets.subarray(1), (end, object) => [...targets.subarray(offsets[object], end)])
}

it('objects are all nodes but synthetic ones, and what those hold are roots', async () => {
  const shape = await shapeOf(
    nodesOf(
      ['synthetic', 'synthetic', 'object', 'closure'],
      [
        [0, reference(1, 'element')],
        [0, reference(3, 'element')],
        [1, reference(2, 'element')],
        [1, reference(2, 'element')],
        [2, reference(3)],
        [3, reference(2, 'context')],
        [3, reference(3, 'internal')],
      ],
    ),
  )
  expect(targetsOf(shape)).toEqual([[1], [0, 1]])
  expect([...shape.roots]).toEqual([1, 0, 0])
  expect([...shape.sizes]).toEqual([sizeOfNode(2), sizeOfNode(3)])
  expect([...shape.types]).toEqual([3, 5])
})

it('weak edges and shortcuts are no references', async () => {
  const shape = await shapeOf(
    nodesOf(
      ['synthetic', 'object', 'object'],
      [
        [0, reference(1, 'element')],
        [0, reference(2, 'shortcut')],
        [0, reference(2, 'weak')],
        [1, reference(2, 'weak')],
      ],
    ),
  )
  expect(targetsOf(shape)).toEqual([[], []])
  expect([...shape.roots]).toEqual([0])
})

it("the value of a WeakMap's entry is held by its key, and not by the table", async () => {
  const [key, table, value] = [1, 2, 3]
  const shape = await shapeOf(
    nodesOf(
      ['synthetic', 'object', 'array', 'object'],
      [[0, reference(key, 'element')], [0, reference(table, 'element')], ...weakMapEdges(key, table, value)],
    ),
  )
  expect(targetsOf(shape)).toEqual([[value - 1], [], []])
})

it("of a process's heap, has the objects and references that the snapshot tells one by one", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'own.heapsnapshot')
  const program = `globalThis.map = new WeakMap([[globalThis, {}]]); require('node:v8').writeHeapSnapshot(process.argv[1])`
  execFileSync(process.execPath, ['-e', program, file])
  const snapshot = await readHeapSnapshot(createReadStream(file))
  const shape = await readHeapShape(createReadStream(file))
  const nodes = Array.from({ length: snapshot.nodeCount }, (_, node) => node)
  const objects = nodes.filter((node) => snapshot.typeOf(node) !== 'synthetic')
  const isSame = (column: Uint32Array, numbers: readonly number[]): boolean =>
    Buffer.from(column.buffer).equals(Buffer.from(Uint32Array.from(numbers).buffer))
  expect(
    isSame(
      shape.sizes,
      objects.map((node) => snapshot.selfSizeOf(node)),
    ),
  ).toBe(true)
  const placeOf = new Map(objects.map((node, place) => [node, place]))
  const heldBy = (node: number): number[] =>
    [...snapshot.edgesOf(node)].flatMap(({ type, target }) => {
      const isHeld = type === 'ephemeron' ? snapshot.typeOf(node) !== 'array' : type !== 'weak' && type !== 'shortcut'
      const place = placeOf.get(target)
      return isHeld && place !== undefined ? [place] : []
    })
  expect(isSame(shape.targets, objects.flatMap(heldBy))).toBe(true)
  expect(isSame(shape.roots, nodes.filter((node) => !placeOf.has(node)).flatMap(heldBy))).toBe(true)
})
