/** Heap snapshots read from files that were written by hand. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type HeapSnapshot, readHeapSnapshot } from '../src/exact/index.js'
import {
  EDGE_TYPES,
  type FileEdge,
  type FileNode,
  idOfNode,
  inChunks,
  NODE_20,
  NODE_24,
  NODE_TYPES,
  sizeOfNode,
  snapshotFile,
} from './support/snapshot-file.js'

const SMALL: FileNode[] = [
  { type: 'synthetic', name: '', edges: [{ type: 'element', name: 1, to: 1 }] },
  {
    type: 'object',
    name: 'Röom "7"\\\n\u0001😀',
    edges: [
      { type: 'property', name: 'bücher', to: 2 },
      { type: 'weak', name: 'target', to: 0 },
      { type: 'hidden', name: 77, to: 1 },
    ],
  },
  { type: 'string', name: '' },
]

function told(snapshot: HeapSnapshot): unknown[] {
  return Array.from({ length: snapshot.nodeCount }, (_, node) => ({
    type: snapshot.typeOf(node),
    name: snapshot.nameOf(node),
    id: snapshot.idOf(node),
    size: snapshot.selfSizeOf(node),
    edges: Array.from(snapshot.edgesOf(node), ({ type, name, source, target }) => ({ type, name, source, target })),
  }))
}

function written(nodes: readonly FileNode[]): unknown[] {
  return nodes.map(({ type, name, edges = [] }, node) => ({
    type,
    name,
    id: idOfNode(node),
    size: sizeOfNode(node),
    edges: edges.map((edge) => ({ type: edge.type, name: edge.name, source: node, target: edge.to })),
  }))
}

const file = Buffer.from(snapshotFile(SMALL))

it('chunks may end at any byte', async () => {
  for (let at = 0; at <= file.length; at++) {
    const snapshot = await readHeapSnapshot(inChunks(file.subarray(0, at), file.subarray(at)))
    expect(told(snapshot)).toEqual(written(SMALL))
  }
})

it('chunks may be single bytes, single characters or halves of characters', async () => {
  const text = snapshotFile(SMALL).replace('\\u0001', '\\u0001\u{1F600}')
  const bytes = Array.from(Buffer.from(text), (byte) => Uint8Array.of(byte))
  const fromBytes = told(await readHeapSnapshot(inChunks(...bytes)))
  expect(fromBytes[1]).toMatchObject({ name: 'Röom "7"\\\n\u0001😀😀' })
  expect(told(await readHeapSnapshot(inChunks(...text.split(''))))).toEqual(fromBytes)
  expect(told(await readHeapSnapshot(inChunks(text)))).toEqual(fromBytes)
})

it('every file that ends too early is refused with its length', async () => {
  const end = file.lastIndexOf('}')
  for (let length = 0; length <= end; length++) {
    const reading = readHeapSnapshot(inChunks(file.subarray(0, length)))
    await expect(reading).rejects.toMatchObject({ code: 'truncated-snapshot', data: { offset: length } })
  }
})

const nodeArbitrary = (count: number): fc.Arbitrary<FileNode> =>
  fc.record({
    type: fc.constantFrom(...NODE_TYPES),
    name: fc.string({ unit: 'binary', maxLength: 5 }),
    edges: fc.array(
      fc.oneof(
        fc.record<FileEdge>({
          type: fc.constantFrom(...EDGE_TYPES.filter((type) => type !== 'element' && type !== 'hidden')),
          name: fc.string({ maxLength: 3 }),
          to: fc.nat(count - 1),
        }),
        fc.record<FileEdge>({
          type: fc.constantFrom('element', 'hidden'),
          name: fc.nat(),
          to: fc.nat(count - 1),
        }),
      ),
      { maxLength: 4 },
    ),
  })
const nodesArbitrary = fc
  .integer({ min: 1, max: 12 })
  .chain((count) => fc.array(nodeArbitrary(count), { minLength: count, maxLength: count }))
const layoutArbitrary = fc.constantFrom(NODE_20, NODE_24).chain(({ nodeFields, edgeFields }) =>
  fc.record({
    nodeFields: fc.shuffledSubarray([...nodeFields], { minLength: nodeFields.length }),
    edgeFields: fc.shuffledSubarray(['more', ...edgeFields], { minLength: edgeFields.length + 1 }),
  }),
)

it('reads any graph in any layout', async () => {
  await fc.assert(
    fc.asyncProperty(nodesArbitrary, layoutArbitrary, async (nodes, layout) => {
      const snapshot = await readHeapSnapshot(inChunks(snapshotFile(nodes, layout)))
      expect(told(snapshot)).toEqual(written(nodes))
      const incoming = nodes.map((_, node) =>
        Array.from(snapshot.retainersOf(node), ({ source, name }) => [source, name]),
      )
      const model = nodes.map((_, node) =>
        nodes.flatMap(({ edges = [] }, source) =>
          edges.filter(({ to }) => to === node).map(({ name }) => [source, name]),
        ),
      )
      expect(incoming).toEqual(model)
    }),
  )
})

const text = snapshotFile(SMALL)
const at = (part: string): number => Buffer.from(text.slice(0, text.indexOf(part))).length

it.each([
  ['not an object', text.replace('{"snapshot"', '["snapshot"'), { offset: 0 }],
  ['no comma between sections', text.replace('],\n"edges"', ']\n"edges"'), { offset: at(',\n"edges"') + 1 }],
  ['a list with a letter', text.replace('"edges":[', '"edges":[x'), { offset: at('"edges":[') + 9 }],
  ['a list with two commas', text.replace('"edges":[', '"edges":[,'), { offset: at('"edges":[') + 9 }],
  ['a list that ends with a comma', text.replace('],\n"trace', ',],\n"trace'), { offset: at('],\n"trace') + 1 }],
  ['numbers without a comma', text.replace('"edges":[', '"edges":[1 '), { offset: at('"edges":[') + 11 }],
  ['a negative number', text.replace('"edges":[1,1', '"edges":[1,-1'), { edge: 0 }],
  ['a sign without a number', text.replace('"edges":[', '"edges":[-,'), { offset: at('"edges":[') + 10 }],
  ['a sign before space', text.replace('"edges":[', '"edges":[- '), { offset: at('"edges":[') + 10 }],
  ['two signs', text.replace('"edges":[', '"edges":[--'), { offset: at('"edges":[') + 10 }],
  ['a huge number', text.replace('"edges":[', '"edges":[9007199254740993,'), { offset: at('"edges":[') + 25 }],
  ['a row too short', text.replace('],\n"trace', ',1],\n"trace'), { offset: at('],\n"trace') + 2 }],
  ['a wrong escape', text.replace('\\u0001', '\\u00g1'), { offset: at('\\u0001') + 4 }],
  ['an unknown escape', text.replace('\\u0001', '\\x'), { offset: at('\\u0001') + 1 }],
  ['a control character', text.replace('\\u0001', '\u0001'), { offset: at('\\u0001') }],
  ['a number for a list', text.replace('"edges":[', '"edges":7,"x":['), { offset: at('"edges":[') + 8 }],
  ['a bracket too many', text.replace('"samples":[]', '"samples":]'), { offset: at('"samples":[]') + 10 }],
  ['something behind the end', `${text}x`, { offset: Buffer.byteLength(text) }],
  ['no header', `{${text.slice(text.indexOf('"nodes"'))}`, { name: 'nodes' }],
  ['a header that is no JSON', text.replace('{"meta"', '{meta'), {}],
  ['a header without a field', text.replace('"edge_count","trace', '"edges","trace'), { name: 'edge_count' }],
  ['no strings', text.replace('"strings"', '"threads"'), {}],
  ['a section twice', text.replace('"samples"', '"nodes"'), { name: 'nodes' }],
  ['fewer nodes than it says', text.replace('"node_count":3', '"node_count":4'), { nodes: 3 }],
  ['fewer edges than it says', text.replace('"edge_count":4', '"edge_count":5'), { edges: 4 }],
  ['an unknown type of edge', text.replace('"edges":[1,', '"edges":[7,'), { edge: 0 }],
  ['an edge to the middle of a row', text.replace('"edges":[1,1,7', '"edges":[1,1,8'), { edge: 0 }],
  ['an edge that leads nowhere', text.replace('"edges":[1,1,7', '"edges":[1,1,700'), { edge: 0 }],
  ['an unknown type of node', text.replace('"nodes":[7,', '"nodes":[8,'), { node: 0 }],
  ['a node without a name', text.replace('"nodes":[7,1,', '"nodes":[7,9999,'), { node: 0 }],
])('refuses %s', async (_, malformed, data) => {
  const error = { code: 'malformed-snapshot', data: expect.objectContaining(data) as unknown }
  await expect(readHeapSnapshot(inChunks(malformed))).rejects.toMatchObject(error)
})

it('refuses more bytes than allowed, and a limit that is none', async () => {
  const snapshot = await readHeapSnapshot(inChunks(text), { maxBytes: file.length })
  expect(snapshot.nodeCount).toBe(3)
  const reading = readHeapSnapshot(inChunks(text), { maxBytes: file.length - 1 })
  await expect(reading).rejects.toMatchObject({ name: 'LimitError', code: 'snapshot-too-large' })
  await expect(readHeapSnapshot(inChunks(text), { maxBytes: 0 })).rejects.toMatchObject({ code: 'bad-limit' })
})

it('a header that promises too much costs nothing', async () => {
  const promising = text.replace('"node_count":3', '"node_count":9007199254740991')
  await expect(readHeapSnapshot(inChunks(promising))).rejects.toMatchObject({ code: 'malformed-snapshot' })
})
