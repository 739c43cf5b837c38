import type { ObjectKey } from '@holdfast/core'
import { CompactGraph } from '@holdfast/graph'
import { GraphologyGraph } from '@holdfast/graph/graphology'
import { describe, expect, it } from 'vitest'
import { ARRANGEMENTS, arrange, arrangeRows } from '../src/marking/arrangement.js'
import { CMark } from '../src/marking/c-mark.js'
import { CsrMark } from '../src/marking/csr-mark.js'
import { countReached } from '../src/marking/mark-graph.js'
import { sampleGraph, sourcesOf } from '../src/marking/sample-graph.js'

const OBJECTS = 400

describe('a sample graph', () => {
  it('has 3.2 references an object, and about half of it is garbage', () => {
    const rows = sampleGraph(OBJECTS, 1)
    const live = new CsrMark(rows).mark(0)
    expect(rows.targets).toHaveLength(1280)
    expect(live).toBeGreaterThan(0.4 * OBJECTS)
    expect(live).toBeLessThan(0.6 * OBJECTS)
  })

  it('is the same for the same seed and another for another', () => {
    expect(sampleGraph(OBJECTS, 1)).toEqual(sampleGraph(OBJECTS, 1))
    expect(sampleGraph(OBJECTS, 2)).not.toEqual(sampleGraph(OBJECTS, 1))
  })
})

describe.each(ARRANGEMENTS)('%s', (arrangement) => {
  it.each([
    ['compact', () => new CompactGraph()],
    ['graphology', () => new GraphologyGraph()],
  ])('the %s graph holds the sample whole, and its mark reaches what the limit reaches', (_, create) => {
    const sample = sampleGraph(OBJECTS, 1)
    const graph = create()
    arrange(graph, sample, arrangement)
    expect([graph.objectCount, graph.referenceCount]).toEqual([OBJECTS, sample.targets.length])
    const sources = sourcesOf(sample)
    const counts = new Map<string, number>()
    for (const [index, source] of sources.entries()) {
      const name = `${source} ${sample.targets[index]}`
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    for (const [name, count] of counts) {
      const [from, to] = name.split(' ').map(Number)
      expect(graph.countReferences(from as ObjectKey, to as ObjectKey)).toBe(count)
    }
    const { rows, root } = arrangeRows(sample, arrangement)
    expect(countReached(graph)).toBe(new CsrMark(rows).mark(root))
  })
})

it('a mark in C reaches what the limit in JavaScript reaches, every time, where there is a compiler', async ({
  skip,
}) => {
  const { rows, root } = arrangeRows(sampleGraph(OBJECTS, 1), 'shuffled')
  const mark = CMark.start(rows, root)
  if (mark === null) return skip()
  const reached = new CsrMark(rows).mark(root)
  expect([(await mark.mark()).reached, (await mark.mark()).reached]).toEqual([reached, reached])
  await mark.close()
})
