import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readHeapFile } from '../src/heap-graph/heap-file.js'
import { objectCount } from '../src/heap-graph/heap-graph.js'
import { assignOwners, partitionGraph } from '../src/heap-graph/partition.js'
import { arbitraryGraph } from './support/arbitrary-graph.js'
import { HEAP } from './support/known-cuts.js'

describe('a partitioned graph', () => {
  test('the shipped heap over 4 nodes has 670,995 cross-node references with hash, fewer with block', async () => {
    const { graph } = await readHeapFile(HEAP)
    const crossing = (kind: 'hash' | 'block'): number =>
      partitionGraph(graph, assignOwners(kind, objectCount(graph), 4), 4).crossReferences
    expect(crossing('hash')).toBe(670_995)
    expect(crossing('block')).toBeLessThan(670_995)
  })

  test('tells every node its own objects, references and roots, and nobody else', () => {
    const owner = fc.infiniteStream(fc.nat(4))
    fc.assert(
      fc.property(arbitraryGraph, owner, (graph, stream) => {
        const owners = Uint8Array.from({ length: objectCount(graph) }, () => stream.next().value as number)
        const { partitions, crossReferences } = partitionGraph(graph, owners, 5)
        const told = new Map<number, number[]>()
        let crossing = 0
        partitions.forEach((part, node) => {
          part.objects.forEach((object, index) => {
            expect(owners[object]).toBe(node)
            told.set(object, [...part.targets.subarray(part.offsets[index], part.offsets[index + 1])])
          })
          expect([...part.owners]).toEqual([...part.targets].map((target) => owners[target]))
          expect([...part.roots]).toEqual([...graph.roots].filter((root) => owners[root] === node))
          crossing += part.owners.filter((to) => to !== node).length
        })
        expect(told.size).toBe(objectCount(graph))
        for (const [object, targets] of told)
          expect(targets).toEqual([...graph.targets.subarray(graph.offsets[object], graph.offsets[object + 1])])
        expect(crossReferences).toBe(crossing)
      }),
    )
  })

  test('every column has a buffer of its own, so that it can be transferred', async () => {
    const { graph } = await readHeapFile(HEAP)
    const { partitions } = partitionGraph(graph, assignOwners('block', objectCount(graph), 3), 3)
    const columns = partitions.flatMap(({ objects, offsets, targets, owners, roots }) => [
      objects,
      offsets,
      targets,
      owners,
      roots,
    ])
    expect(new Set(columns.map((column) => column.buffer)).size).toBe(15)
    for (const column of columns) expect(column.byteLength).toBe(column.buffer.byteLength)
  })
})

describe('assigning objects to nodes', () => {
  test('block keeps neighbours together, hash scatters them', () => {
    expect([...assignOwners('block', 7, 3)]).toEqual([0, 0, 0, 1, 1, 2, 2])
    // (i · 2654435761 mod 2^32, upper half folded in) mod 4, worked out by hand: 0, 0x79b1^0x9e37, 0xf362^0x3c6e, 0x6d13^0xdaa6.
    expect([...assignOwners('hash', 4, 4)]).toEqual([0, 2, 0, 1])
  })

  test.each([0, 17, 1.5, -1])('%d nodes are refused', (nodes) => {
    expect(() => assignOwners('hash', 100, nodes)).toThrow(/1 to 16 nodes/)
  })

  test('more nodes than objects are refused', () => {
    expect(() => assignOwners('hash', 3, 4)).toThrow('4 nodes are more than the 3 objects')
  })
})
