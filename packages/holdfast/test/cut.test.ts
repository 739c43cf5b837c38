import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { CUTS, drawCut } from '../src/heap-graph/cut.js'
import { readHeapFile } from '../src/heap-graph/heap-file.js'
import { type HeapGraph, objectCount } from '../src/heap-graph/heap-graph.js'
import { reachable } from '../src/heap-graph/reachable.js'
import { releasesOf } from '../src/heap-graph/release.js'
import { verify } from '../src/replay/verifier.js'
import { arbitraryGraph, graphOf } from './support/arbitrary-graph.js'
import { HEAP, KNOWN_CUTS } from './support/known-cuts.js'

let graph: HeapGraph
let file: Uint8Array
beforeAll(async () => {
  const read = await readHeapFile(HEAP)
  graph = read.graph
  file = read.bytes
})

describe('the cuts of the shipped heap', () => {
  test.each(KNOWN_CUTS)(
    '$cut $count makes the garbage that its README states',
    ({ cut, count, garbage, fingerprint }) => {
      const drawn = drawCut(graph, { kind: cut, count, seed: 1 })
      const verdict = verify({
        file,
        partition: 'hash',
        nodes: 4,
        removedReferences: drawn.references,
        removedRoots: drawn.roots,
        killed: [],
        survivors: new Uint32Array(0),
      })
      expect(verdict.garbage).toBe(garbage)
      expect(verdict.expectedFingerprint).toBe(fingerprint)
      expect(verdict.liveBefore).toBe(220_986)
    },
  )

  test('another seed is another cut, the same seed the same; 0 is taken as 1', () => {
    const draw = (seed: number): Uint32Array => drawCut(graph, { kind: 'edges', count: 100, seed }).references
    expect(draw(1)).toEqual(draw(1))
    expect(draw(0)).toEqual(draw(1))
    expect(draw(2)).not.toEqual(draw(1))
  })
})

describe('a cut', () => {
  /** 0 → 1 → 2 twice, 3 → 2 unreachable; root 0 twice. */
  const small = graphOf([[1], [2, 2], [], [2]], [0, 0])

  test('takes everything there is with all', () => {
    expect([...drawCut(small, { kind: 'edges', count: 'all', seed: 1 }).references]).toEqual([0, 1, 2])
    // Every reference to 1 and to 2, also the one from where nothing is live.
    expect([...drawCut(small, { kind: 'nodes', count: 'all', seed: 1 }).references]).toEqual([0, 1, 2, 3])
    expect([...drawCut(small, { kind: 'roots', count: 'all', seed: 1 }).roots]).toEqual([0, 1])
  })

  test('of as many as there are is all of them, of none is nothing', () => {
    fc.assert(
      fc.property(arbitraryGraph, fc.constantFrom(...CUTS), fc.nat(), (anyGraph, kind, seed) => {
        const all = drawCut(anyGraph, { kind, count: 'all', seed })
        const drawn = drawCut(anyGraph, { kind, count: all.requested, seed })
        expect(drawn).toEqual(all)
        const none = drawCut(anyGraph, { kind, count: 0, seed })
        expect([none.references.length, none.roots.length, none.drawn]).toEqual([0, 0, 0])
      }),
    )
  })

  test('of more than there are is refused, and so is a count that is none', () => {
    expect(() => drawCut(small, { kind: 'edges', count: 4, seed: 1 })).toThrow(
      '4 references of live objects are more than the 3',
    )
    expect(() => drawCut(small, { kind: 'nodes', count: 3, seed: 1 })).toThrow(
      '3 live objects that are no root are more',
    )
    expect(() => drawCut(small, { kind: 'roots', count: 3, seed: 1 })).toThrow('3 root entries are more than the 2')
    expect(() => drawCut(small, { kind: 'roots', count: -1, seed: 1 })).toThrow('non-negative integer')
    expect(() => drawCut(small, { kind: 'roots', count: 0.5, seed: 1 })).toThrow('non-negative integer')
  })

  test('gives up after 400 k + 1000 draws and says how many it found', () => {
    // One live object with a reference among two hundred thousand that are not live.
    const needle = graphOf([[0], ...Array.from({ length: 200_000 }, () => [0])], [0])
    const cut = drawCut(needle, { kind: 'edges', count: 1, seed: 1 })
    expect([cut.requested, cut.drawn, cut.references.length]).toEqual([1, 0, 0])
  })
})

describe('the releases of a cut', () => {
  test('name each reference at the node of its source and each hold at the node of its object', () => {
    fc.assert(
      fc.property(arbitraryGraph, fc.constantFrom(...CUTS), fc.integer({ min: 1, max: 4 }), (anyGraph, kind, nodes) => {
        const owners = Uint8Array.from({ length: objectCount(anyGraph) }, (_, object) => object % nodes)
        const cut = drawCut(anyGraph, { kind, count: 'all', seed: 1 })
        const releases = releasesOf(anyGraph, owners, { ...cut, nodes })
        const expected = Array.from({ length: nodes }, () => ({ roots: [] as number[], pairs: [] as number[][] }))
        for (const entry of cut.roots) expected[owners[anyGraph.roots[entry]]].roots.push(anyGraph.roots[entry])
        for (const index of cut.references) {
          const source = anyGraph.offsets.findLastIndex((offset) => offset <= index)
          expected[owners[source]].pairs.push([source, anyGraph.targets[index]])
        }
        const named = releases.map(({ roots, sources, targets }) => ({
          roots: [...roots],
          pairs: [...sources].map((source, at) => [source, targets[at]]),
        }))
        expect(named).toEqual(expected)
      }),
    )
  })

  test('of all edges leave nothing live but the roots', () => {
    fc.assert(
      fc.property(arbitraryGraph, (anyGraph) => {
        const gone = new Set(drawCut(anyGraph, { kind: 'edges', count: 'all', seed: 1 }).references)
        const live = reachable(anyGraph)
        anyGraph.targets.forEach((_, index) => {
          const source = anyGraph.offsets.findLastIndex((offset) => offset <= index)
          expect(gone.has(index)).toBe(live[source] === 1)
        })
      }),
    )
  })
})
