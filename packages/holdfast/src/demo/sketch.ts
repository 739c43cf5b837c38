import { UsageError } from '@holdfast/core'
import type { HeapGraph } from '../heap-graph/heap-graph.js'

/** A small graph, by names. */
export interface Sketch {
  /** The node of each object. */
  readonly objects: Readonly<Record<string, number>>
  readonly references: readonly (readonly [source: string, target: string])[]
  /** One entry each hold. */
  readonly roots: readonly string[]
}

/** A graph and the node of each of its objects. */
export interface Drawing {
  readonly graph: HeapGraph
  readonly owners: Uint8Array
}

const BYTES_EACH = 16

/** Makes a sketch a graph; references and root entries keep their order within an object. @throws UsageError `bad-sketch` */
export function drawSketch({ objects, references, roots }: Sketch): Drawing {
  const names = Object.keys(objects)
  const ids = new Map(names.map((name, id) => [name, id]))
  const idOf = (name: string): number => {
    const id = ids.get(name)
    if (id === undefined) throw new UsageError('bad-sketch', `there is no object '${name}'`)
    return id
  }
  const targets: number[][] = names.map(() => [])
  for (const [source, target] of references) targets[idOf(source)].push(idOf(target))
  const offsets = new Uint32Array(names.length + 1)
  targets.forEach((list, id) => {
    offsets[id + 1] = offsets[id] + list.length
  })
  return {
    graph: {
      offsets,
      targets: Uint32Array.from(targets.flat()),
      roots: Uint32Array.from(roots, idOf),
      types: new Uint8Array(names.length),
      sizes: new Uint32Array(names.length).fill(BYTES_EACH),
    },
    owners: Uint8Array.from(Object.values(objects)),
  }
}
