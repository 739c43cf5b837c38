/** Reachability over small random heaps with all that V8 writes of weak references, against the naive definition. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type HeapEdge, readHeapSnapshot } from '../src/exact/index.js'
import { SnapshotParser } from '../src/exact/snapshot-parser.js'
import { SnapshotTrace } from '../src/exact/snapshot-trace.js'
import { settleWeakEdges } from '../src/exact/weak-edges.js'
import { type FileEdge, type FileNode, inChunks, snapshotFile, weakMapEdges } from './support/snapshot-file.js'

interface World {
  readonly count: number
  readonly strong: readonly (readonly [number, number])[]
  readonly weak: readonly (readonly [number, number])[]
  /** Global objects that V8 lists below the root, whether anything holds them or not. */
  readonly globals: readonly number[]
  /** Key, table, value. */
  readonly entries: readonly (readonly [number, number, number])[]
  readonly holders: readonly number[]
  readonly tagged: readonly number[]
}

const worlds = fc.integer({ min: 4, max: 14 }).chain((count) => {
  const node = fc.integer({ min: 1, max: count - 1 })
  const table = fc.integer({ min: 1, max: 3 })
  return fc.record<World>({
    count: fc.constant(count),
    strong: fc.array(fc.tuple(fc.oneof({ weight: 5, arbitrary: node }, fc.constant(0)), node), {
      maxLength: 2 * count,
    }),
    weak: fc.array(fc.tuple(node, node), { maxLength: 4 }),
    globals: fc.array(node, { maxLength: 2 }),
    // Nodes 1 to 3 serve as tables; keys are others, as in V8.
    entries: fc.array(fc.tuple(fc.integer({ min: 4, max: Math.max(4, count - 1) }), table, node), {
      maxLength: count > 4 ? 8 : 0,
    }),
    holders: fc.uniqueArray(node, { maxLength: 2 }),
    tagged: fc.uniqueArray(node, { maxLength: 6 }),
  })
})

function fileNodes({ count, strong, weak, globals, entries }: World): FileNode[] {
  const edges = Array.from({ length: count }, (): FileEdge[] => [])
  for (const [from, to] of strong) edges[from].push({ type: 'property', name: `to${to}`, to })
  for (const [from, to] of weak) edges[from].push({ type: 'weak', name: 'target', to })
  for (const to of globals) edges[0].unshift({ type: 'shortcut', name: '1', to })
  for (const [key, table, value] of entries) {
    for (const [from, edge] of weakMapEdges(key, table, value)) edges[from].push(edge)
  }
  return edges.map((of, node) => ({ type: node === 0 ? 'synthetic' : 'object', name: `N${node}`, edges: of }))
}

/** What some nodes reach by the definition, repeated until nothing changes. */
function naiveReach(world: World, starts: readonly number[], sealed: readonly number[]): Set<number> {
  const reached = new Set(starts)
  const opens = (node: number): boolean => reached.has(node) && !sealed.includes(node)
  let before = -1
  while (reached.size !== before) {
    before = reached.size
    for (const [, to] of world.strong.filter(([from]) => opens(from))) reached.add(to)
    for (const [, , value] of world.entries.filter(([key, table]) => opens(key) && opens(table))) reached.add(value)
  }
  return reached
}

function traceOf(world: World): SnapshotTrace {
  const parser = new SnapshotParser()
  parser.write(Buffer.from(snapshotFile(fileNodes(world))))
  return new SnapshotTrace(settleWeakEdges(parser.finish()), {
    tags: world.tagged,
    probed: { objects: world.tagged, holders: world.holders, own: [] },
    bytes: parser.offset,
  })
}

/** What roots and some tagged nodes lead to, by the references that the trace tells. */
function closureOf(trace: SnapshotTrace, starts: readonly number[]): number[] {
  const closed = new Set(starts)
  for (const tag of closed) for (const other of trace.referencesOf(tag)) closed.add(other)
  return [...closed].sort((a, b) => a - b)
}

const ascending = (tags: Iterable<number>): number[] => [...tags].sort((a, b) => a - b)

it('what the roots reach is what the definition says', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const trace = traceOf(world)
      const reached = naiveReach(world, [0], world.holders)
      for (const tag of world.tagged) {
        expect(trace.isReachable(tag)).toBe(reached.has(tag))
        expect(trace.explain(tag) !== null).toBe(reached.has(tag))
      }
    }),
    { numRuns: 1000 },
  )
})

it('references and roots together say what is reachable, also when more of the tagged objects are held', () => {
  fc.assert(
    fc.property(worlds, fc.nat(), (world, mask) => {
      const trace = traceOf(world)
      const { holders, tagged } = world
      const rooted = naiveReach(world, [0], [...holders, ...tagged])
      const held = tagged.filter((tag, place) => rooted.has(tag) || (mask >> place) % 2 === 1)
      const closure = closureOf(trace, held)
      const reached = naiveReach(world, [0, ...held], holders)
      expect(closure).toEqual(expect.arrayContaining(tagged.filter((tag) => reached.has(tag))))
      // An entry may be told of a key although nobody has the map, never the other way round.
      const plain = { ...world, entries: [] }
      const exact = naiveReach(plain, [0, ...held], holders)
      expect(closureOf(traceOf(plain), held)).toEqual(ascending(tagged.filter((tag) => exact.has(tag))))
    }),
    { numRuns: 1000 },
  )
})

it.each([
  [
    'key',
    {
      strong: [
        [0, 5],
        [6, 1],
      ] as const,
      tagged: [6, 7],
      holders: [5],
    },
  ],
  ['table', { strong: [[0, 1]] as const, tagged: [5, 7], holders: [1] }],
])('an entry whose %s is a holder leads nowhere', (_, world) => {
  const entry = { entries: [[5, 1, 7]] as const, weak: [], globals: [], count: 8 }
  expect(traceOf({ ...entry, ...world }).referencesOf(world.tagged[0])).toEqual([])
  expect(traceOf({ ...entry, ...world, holders: [] }).referencesOf(world.tagged[0])).toEqual([7])
})

/** How many edges each node is from the root, where one node's edges do not count. */
function naiveDistances(world: World, without: number): Map<number, number> {
  const live = naiveReach(world, [0], [without])
  const edges = [...world.strong, ...world.globals.filter((node) => live.has(node)).map((node) => [0, node] as const)]
  const distances = new Map([[0, 0]])
  for (const [node, distance] of distances) {
    const next = edges.filter(([from, to]) => from === node && node !== without && !distances.has(to))
    for (const [, to] of next) distances.set(to, distance + 1)
  }
  return distances
}

it('a path is a shortest one, connected, and does without what is ignored', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, fc.integer({ min: 1, max: 13 }), async (random, without) => {
      const world = { ...random, entries: [] }
      const snapshot = await readHeapSnapshot(inChunks(snapshotFile(fileNodes(world))))
      const ignoring = ({ source }: HeapEdge): boolean => source === without
      const distances = naiveDistances(world, without)
      for (let node = 0; node < world.count; node++) {
        const path = snapshot.pathTo(node, { ignoring })
        expect(path?.length).toBe(distances.has(node) ? distances.get(node)! + 1 : undefined)
        for (const [place, step] of (path ?? []).slice(1).entries()) {
          expect(step.edge).toMatchObject({ source: path![place].node, target: step.node, weak: false })
          expect(step.edge!.source).not.toBe(without)
        }
      }
    }),
    { numRuns: 300 },
  )
})
