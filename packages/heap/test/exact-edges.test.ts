/** What V8 and Node write oddly: entries of WeakMaps, wrappers of native objects, and what paths through them are called. */
import { expect, it } from 'vitest'
import { type HeapSnapshot, readHeapSnapshot } from '../src/exact/index.js'
import {
  type FileEdge,
  type FileNode,
  idOfNode,
  inChunks,
  NODE_20,
  snapshotFile,
  weakMapEdges,
} from './support/snapshot-file.js'

function nodes(names: readonly string[], edges: readonly (readonly [number, FileEdge])[]): FileNode[] {
  return names.map((named, node) => {
    const [type, name = ''] = named.split(/:(.*)/s)
    return { type, name, edges: edges.filter(([from]) => from === node).map(([, edge]) => edge) }
  })
}

const property = (from: number, name: string, to: number): [number, FileEdge] => [from, { type: 'property', name, to }]
const edge = (from: number, type: string, name: string | number, to: number): [number, FileEdge] => [
  from,
  { type, name, to },
]
const read = (file: readonly FileNode[]): Promise<HeapSnapshot> => readHeapSnapshot(inChunks(snapshotFile(file)))
const words = (snapshot: HeapSnapshot, node: number): string => snapshot.describePath(snapshot.pathTo(node)!)

it('both edges of an entry are marked, and the value needs key and table', async () => {
  const names = ['synthetic:', 'object:Key', 'array:', 'object:Value']
  const entry = weakMapEdges(1, 2, 3)
  const both = await read(nodes(names, [property(0, 'key', 1), property(0, 'map', 2), ...entry]))
  const edges = [...both.edgesOf(1), ...both.edgesOf(2)].map(({ type, weak }) => [type, weak])
  expect(edges).toEqual([
    ['ephemeron', true],
    ['weak', true],
    ['weak', true],
    ['ephemeron', true],
  ])
  expect(both.pathTo(3)?.map(({ node }) => node)).toEqual([0, 1, 3])
  expect((await read(nodes(names, [property(0, 'key', 1), ...entry]))).pathTo(3)).toBeNull()
  expect((await read(nodes(names, [property(0, 'map', 2), ...entry]))).pathTo(3)).toBeNull()
})

const UNNAMED = '7 / part of key (%s @%u) -> value (%s @%u) pair in WeakMap (table @%u)'

it('an entry whose name V8 could not write belongs to the table that shares its value', async () => {
  const names = ['synthetic:', 'object:Key', 'array:', 'object:Value']
  const entry = [edge(1, 'internal', UNNAMED, 3), edge(2, 'internal', UNNAMED, 3)]
  const keyOnly = await read(nodes(names, [property(0, 'key', 1), ...entry]))
  expect(keyOnly.pathTo(3)).toBeNull()
  const both = await read(nodes(names, [property(0, 'key', 1), property(0, 'map', 2), ...entry]))
  expect(both.pathTo(3)).toHaveLength(3)
})

it('where two such tables share a value, its key alone is said to hold it', async () => {
  const names = ['synthetic:', 'object:Key', 'array:', 'object:Value', 'array:']
  const entries = [1, 2, 4].map((from) => edge(from, 'internal', UNNAMED, 3))
  expect((await read(nodes(names, [property(0, 'key', 1), ...entries]))).pathTo(3)).toHaveLength(3)
  expect((await read(nodes(names, [property(0, 'map', 2), property(0, 'other', 4), ...entries]))).pathTo(3)).toBeNull()
})

it('an entry of a table that the file does not have is an edge like any other', async () => {
  const names = ['synthetic:', 'object:Key', 'object:Value']
  const [, , [, fromKey]] = weakMapEdges(1, 77, 2)
  const snapshot = await read(nodes(names, [property(0, 'key', 1), [1, fromKey]]))
  expect(snapshot.pathTo(2)).toHaveLength(3)
  expect(idOfNode(77)).toBe(155)
})

it('a native object holds its wrapper only when it is a root itself', async () => {
  const names = [
    'synthetic:',
    'synthetic:Node / Environment',
    'native:Node / Hash',
    'object:Hash',
    'synthetic:Node / Port',
    'object:Port',
  ]
  const snapshot = await read(
    nodes(names, [
      edge(0, 'element', 1, 1),
      edge(0, 'element', 2, 4),
      edge(1, 'element', 1, 2),
      edge(2, 'internal', 'native_to_javascript', 3),
      edge(4, 'internal', 'native_to_javascript', 5),
    ]),
  )
  expect(snapshot.pathTo(3)).toBeNull()
  expect(words(snapshot, 5)).toBe('(Node / Port) → Port')
})

it('a context that only the list of global objects knows is not reached', async () => {
  const names = ['synthetic:', 'synthetic:(GC roots)', 'object:global', 'object:global', 'object:Room']
  const snapshot = await read(
    nodes(names, [
      edge(0, 'shortcut', '1', 2),
      edge(0, 'shortcut', '2', 3),
      edge(0, 'element', 3, 1),
      edge(1, 'internal', '1', 2),
      property(2, 'room', 4),
    ]),
  )
  expect(words(snapshot, 4)).toBe('globalThis.room (Room)')
  expect(snapshot.pathTo(3)).toBeNull()
})

it('paths read like a program', async () => {
  const names = [
    'synthetic:',
    'object:global',
    'object:Bus',
    'closure:listener',
    'object:system / Context',
    'object:system / Context',
    'object:Map',
    'array:',
    'object:Room',
    'string:a "text"',
    'code:listener',
    'code:file:///bus.js',
    'object:',
    'synthetic:(GC roots)',
    'closure:wrapped',
  ]
  const file = nodes(names, [
    edge(0, 'shortcut', '1', 1),
    edge(0, 'element', 2, 13),
    edge(13, 'internal', '1', 1),
    property(1, '#bus', 2),
    edge(2, 'element', 3, 3),
    edge(3, 'internal', 'context', 4),
    edge(3, 'internal', 'shared', 10),
    edge(10, 'internal', 'script_or_debug_info', 11),
    edge(4, 'internal', 'previous', 5),
    edge(5, 'context', 'rooms', 6),
    edge(6, 'internal', 'table', 7),
    edge(7, 'internal', '4', 8),
    property(8, 'the "text"', 9),
    property(8, '<symbol kList>', 12),
  ])
  const text = snapshotFile(file, NODE_20, [
    [3, 9, 11, 4],
    [8, 9, 1, 1],
    [14, 9, 0, -196],
  ])
  const snapshot = await readHeapSnapshot(inChunks(text))
  const rooms = 'globalThis.#bus[3] (closure listener at file:///bus.js:12:5) → rooms'
  expect(words(snapshot, 3)).toBe('globalThis.#bus[3] (closure listener at file:///bus.js:12:5)')
  expect(words(snapshot, 6)).toBe(`${rooms} (Map)`)
  expect(words(snapshot, 8)).toBe(`${rooms}<table> (Room)`)
  expect(words(snapshot, 9)).toBe(`${rooms}<table>["the \\"text\\""] ("a \\"text\\"")`)
  expect(words(snapshot, 12)).toBe(`${rooms}<table>[symbol kList] (object)`)
  expect(words(snapshot, 0)).toBe('(root)')
  expect(snapshot.locationOf(3)).toEqual({ script: 'file:///bus.js', line: 12, column: 5 })
  expect(snapshot.locationOf(8)).toBeNull()
  expect(snapshot.locationOf(14)).toEqual({ script: null, line: 1, column: 1 })
})
