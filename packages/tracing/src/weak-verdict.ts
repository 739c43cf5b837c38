/**
 * What weak holders alone keep from being garbage. A deref needs no message, so no stamp can tell whether one has come since
 * the reports: weakly held vertices are roots of the collage until their nodes have cleared the holders and reported again.
 *
 * Invariant: what may be reached from one another is in one group. Whoever dereferences a weak holder comes by nothing
 * of another group, so a group whose holders were left alone since the reports is garbage still.
 */
import type { ObjectKey } from '@holdfast/core'
import type { Mark, ReferenceGraph } from '@holdfast/graph'

/** A vertex of the collage that a node holds weakly. */
export interface WeakVertex {
  /** Whose report says so: its place among the reports. */
  readonly reporter: number
  /** What that report calls it. */
  readonly name: number
  /** What it is in the collage: for an import, the export that it names. */
  readonly key: ObjectKey
}

export interface WeakGroups {
  readonly names: number[]
  /** The group of each name: 0, 1, 2, ... */
  readonly groups: number[]
}

/**
 * Shades the weakly held vertices that a finished mark has left white, and finishes the mark. O(white vertices and their
 * references), or O(weak) where none is white.
 * @returns those that were white, by reporter, group by group
 */
export function shadeWeak(graph: ReferenceGraph, mark: Mark, weak: readonly WeakVertex[]): Map<number, WeakGroups> {
  const white = weak.filter(({ key }) => !mark.isReached(key))
  const held = new Map<number, WeakGroups>()
  if (white.length === 0) return held
  const groupOf = groupsOfWhite(graph, mark)
  const numbers = new Map<number, number>()
  const entries = white.map(({ reporter, name, key }) => {
    const group = groupOf(key)
    const number = numbers.get(group) ?? numbers.size
    numbers.set(group, number)
    return { reporter, name, number }
  })
  for (const { reporter, name, number } of entries.sort((a, b) => a.number - b.number)) {
    const { names, groups } = held.get(reporter) ?? { names: [], groups: [] }
    names.push(name)
    groups.push(number)
    held.set(reporter, { names, groups })
  }
  for (const { key } of white) graph.addRoot(key)
  while (!mark.step(Number.MAX_SAFE_INTEGER));
  return held
}

/** Tells for each white vertex a number that it shares with those that it hangs together with, in whatever direction. */
function groupsOfWhite(graph: ReferenceGraph, mark: Mark): (vertex: number) => number {
  const parents = Int32Array.from({ length: graph.objectCount }, (_, vertex) => vertex)
  const find = (vertex: number): number => {
    let top = vertex
    while (parents[top] !== top) {
      parents[top] = parents[parents[top]]
      top = parents[top]
    }
    return top
  }
  mark.forEachWhite((from) => {
    for (const [to] of graph.references(from)) if (!mark.isReached(to)) parents[find(from)] = find(to)
  })
  return find
}
