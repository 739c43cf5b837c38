/**
 * State 2 → 3: what finds a row by its id no longer repeats the ids, what is in quarantine is a table like any other, and roots that count
 * 255 times and more are in a map.
 */

/** What it was: keys beside slots, −1 where there is none. */
interface OldMap {
  readonly keys: Float64Array
  readonly slots: Int32Array
  readonly size: number
}

interface Old {
  readonly collector: {
    readonly state: {
      readonly exports: { readonly lists: { readonly quarantine: ReadonlyMap<number, OldMap> } }
      readonly imports: { readonly index: ReadonlyMap<number, OldMap> }
    }
  }
  readonly heap: { readonly graph: { readonly roots: { readonly overflow: OldMap } } }
}

export function withSlotIndices(old: unknown): unknown {
  if (old === null) return null
  const image = old as Old
  const { state } = image.collector
  const { lists } = state.exports
  const quarantine = new Map(Array.from(lists.quarantine, ([holder, ids]) => [holder, tableOf(ids)]))
  // In the same order as before.
  const index = new Map(Array.from(state.imports.index, ([owner, { slots, size }]) => [owner, { slots, size }]))
  const { graph } = image.heap
  return {
    ...image,
    collector: {
      ...image.collector,
      state: {
        ...state,
        exports: { ...state.exports, lists: { ...lists, quarantine } },
        imports: { ...state.imports, index },
      },
    },
    heap: {
      ...image.heap,
      graph: { ...graph, roots: { ...graph.roots, overflow: new Map(entriesOf(graph.roots.overflow)) } },
    },
  }
}

const entriesOf = ({ keys, slots }: OldMap): [key: number, value: number][] =>
  Array.from(keys, (key, at): [number, number] => [key, slots[at]]).filter(([, value]) => value >= 0)

function tableOf(map: OldMap): object {
  const entries = entriesOf(map)
  return {
    ids: Float64Array.from(entries, ([id]) => id),
    columns: { g: Float64Array.from(entries, ([, granted]) => granted) },
  }
}
