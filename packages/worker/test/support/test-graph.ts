/** Small graphs for clusters: cut into partitions, and judged by the plainest reachability there is. */
import { Random } from '@holdfast/core'
import type { GraphCluster, Partition, Release, TableSizes } from '../../src/graph/graph-cluster.js'

export type Reference = readonly [from: number, to: number]

export interface TestGraph {
  /** Labels are 0 to this, exclusive. */
  readonly objects: number
  readonly references: readonly Reference[]
  /** One entry a hold. */
  readonly roots: readonly number[]
}

export interface Letting {
  readonly roots?: readonly number[]
  readonly references?: readonly Reference[]
}

/** Which node a label belongs to: dealt out in turn. */
const ownerOf = (label: number, nodes: number): number => label % nodes

export function partitionsOf({ objects, references, roots }: TestGraph, nodes: number): Partition[] {
  const targets = Array.from({ length: objects }, (): number[] => [])
  for (const [from, to] of references) targets[from].push(to)
  return Array.from({ length: nodes }, (_, node) => {
    const own = Array.from({ length: objects }, (_, label) => label).filter((label) => ownerOf(label, nodes) === node)
    const offsets = [0]
    for (const label of own) offsets.push((offsets.at(-1) as number) + targets[label].length)
    const flat = own.flatMap((label) => targets[label])
    return {
      objects: Uint32Array.from(own),
      offsets: Uint32Array.from(offsets),
      targets: Uint32Array.from(flat),
      owners: Uint8Array.from(flat, (label) => ownerOf(label, nodes)),
      roots: Uint32Array.from(roots.filter((label) => ownerOf(label, nodes) === node)),
    }
  })
}

export function releasesOf({ roots = [], references = [] }: Letting, nodes: number): Release[] {
  return Array.from({ length: nodes }, (_, node) => {
    const own = references.filter(([from]) => ownerOf(from, nodes) === node)
    return {
      roots: Uint32Array.from(roots.filter((label) => ownerOf(label, nodes) === node)),
      sources: Uint32Array.from(own, ([from]) => from),
      targets: Uint32Array.from(own, ([, to]) => to),
    }
  })
}

/** The graph without what is let go of, one entry each. */
export function without(graph: TestGraph, { roots = [], references = [] }: Letting): TestGraph {
  const left = { roots: [...graph.roots], references: [...graph.references] }
  for (const root of roots) left.roots.splice(left.roots.indexOf(root), 1)
  for (const [from, to] of references) {
    left.references.splice(
      left.references.findIndex(([f, t]) => f === from && t === to),
      1,
    )
  }
  return { objects: graph.objects, ...left }
}

/** The labels that the roots reach, ascending. */
export function reachable({ objects, references, roots }: TestGraph): number[] {
  const targets = Array.from({ length: objects }, (): number[] => [])
  for (const [from, to] of references) targets[from].push(to)
  const seen = new Set(roots)
  for (const label of seen) for (const target of targets[label]) seen.add(target)
  return [...seen].toSorted((a, b) => a - b)
}

/** What the tables hold when exactly the garbage is gone; with `isLoaded`, before any of it is. */
export function expectedTables(graph: TestGraph, nodes: number, isLoaded = false): TableSizes {
  const live = new Set(isLoaded ? Array(graph.objects).keys() : reachable(graph))
  const crossing = graph.references.filter(
    ([from, to]) => live.has(from) && ownerOf(from, nodes) !== ownerOf(to, nodes),
  )
  return {
    exports: new Set(crossing.map(([, to]) => to)).size,
    imports: new Set(crossing.map(([from, to]) => `${ownerOf(from, nodes)} ${to}`)).size,
    pins: 0,
  }
}

/** Objects that refer to each other at random, some of them held. */
export function randomGraph(objects: number, seed: number): TestGraph {
  const random = new Random(seed)
  const any = (): number => random.below(objects)
  // A little more than one reference an object: large structures and large cycles, and much that nothing holds.
  const references = Array.from({ length: Math.floor(objects * 1.3) }, (): Reference => [any(), any()])
  return { objects, references, roots: Array.from({ length: Math.ceil(objects / 200) }, any) }
}

/** Rounds until all were there and nothing more is condemned. @returns what all rounds condemned */
export async function collectAll(cluster: GraphCluster): Promise<number> {
  await cluster.settle()
  let condemned = 0
  for (let rounds = 0; rounds < 40; rounds++) {
    const round = await cluster.collectCycles()
    if (round.alarms > 0) throw new Error('an owner refused a verdict')
    if (round.condemned === 0 && round.missing.length === 0) return condemned
    condemned += round.condemned
  }
  throw new Error('each of 40 rounds condemned something, or missed somebody')
}

export async function survivorsOf(cluster: GraphCluster): Promise<number[]> {
  return [...(await cluster.survivors())].toSorted((a, b) => a - b)
}
