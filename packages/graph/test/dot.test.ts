import { describe, expect, it } from 'vitest'
import { CompactGraph } from '../src/compact-graph.js'
import { toDot } from '../src/dot.js'
import { GraphologyGraph } from '../src/graphology-graph.js'
import { objectKey, type ReferenceGraph } from '../src/reference-graph.js'

const key = objectKey

/** The same graph, built in a different order each time. */
function example<Graph extends ReferenceGraph>(graph: Graph, keys: readonly number[]): Graph {
  for (const each of keys) graph.addObject(key(each))
  for (const from of keys) if (from !== 10) graph.addReference(key(from), key(10), from)
  graph.addReference(key(2), key(2))
  graph.addRoot(key(2))
  return graph
}

describe('toDot', () => {
  it('shows objects, roots and counted references in ascending order', () => {
    const expected = [
      'digraph "references" {',
      '  node [shape=circle]',
      '  "1" [label="1"]',
      '  "2" [label="2" shape=doublecircle]',
      '  "10" [label="10"]',
      '  "1" -> "10"',
      '  "2" -> "2"',
      '  "2" -> "10" [label="×2"]',
      '}',
      '',
    ].join('\n')
    expect(toDot(example(new CompactGraph(), [10, 2, 1]))).toBe(expected)
    expect(toDot(example(new GraphologyGraph(), [1, 10, 2]))).toBe(expected)
  })

  it('colors what a finished mark has reached', () => {
    const graph = example(new CompactGraph(), [1, 2, 10])
    const mark = graph.mark()
    expect(() => toDot(graph, { mark })).toThrow('mark-not-finished')
    mark.step(Number.POSITIVE_INFINITY)
    const dot = toDot(graph, { mark })
    expect(dot).toContain('"1" [label="1" style=filled fillcolor=white]')
    expect(dot).toContain('"2" [label="2" shape=doublecircle style=filled fillcolor=black fontcolor=white]')
  })

  it('quotes names and labels', () => {
    const graph = new CompactGraph()
    graph.addObject(key(0))
    const dot = toDot(graph, { name: 'my "heap"', label: () => 'C:\\new\n"x" <b>' })
    expect(dot).toContain('digraph "my \\"heap\\"" {')
    expect(dot).toContain('label="C:\\\\new\\n\\"x\\" <b>"')
  })
})
