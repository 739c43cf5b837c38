import { describe, expect, it } from 'vitest'
import { GraphologyGraph } from '../src/graphology-graph.js'
import { objectKey } from '../src/reference-graph.js'

const key = objectKey

describe('the graphology graph underneath', () => {
  it('has decimal keys, counts on edges, and roots and colors on nodes', () => {
    const graph = new GraphologyGraph()
    for (const each of [3, 4, 5]) graph.addObject(key(each))
    graph.addReference(key(3), key(4), 2)
    graph.addReference(key(3), key(4))
    graph.addRoot(key(3))
    graph.mark().step(Number.POSITIVE_INFINITY)
    expect(graph.graphology.export()).toMatchObject({
      nodes: [
        { key: '3', attributes: { roots: 1, color: 'black' } },
        { key: '4', attributes: { roots: 0, color: 'black' } },
        { key: '5', attributes: { roots: 0, color: 'white' } },
      ],
      edges: [{ source: '3', target: '4', attributes: { count: 3 } }],
    })
  })

  it('keeps the attributes that others put there', () => {
    const graph = new GraphologyGraph()
    for (const each of [3, 4]) graph.addObject(key(each))
    graph.addReference(key(3), key(4))
    graph.graphology.setNodeAttribute('3', 'label', 'three')
    graph.graphology.setEdgeAttribute('3', '4', 'weight', 7)
    graph.addReference(key(3), key(4))
    graph.addRoot(key(3))
    graph.sweep(finished(graph))
    expect(graph.graphology.getNodeAttribute('3', 'label')).toBe('three')
    expect(graph.graphology.getEdgeAttributes('3', '4')).toEqual({ weight: 7, count: 2 })
  })
})

function finished(graph: GraphologyGraph) {
  const mark = graph.mark()
  mark.step(Number.POSITIVE_INFINITY)
  return mark
}
