/** States of durable nodes as earlier versions have written them. */
import type { NodeImageState } from '../../src/durable/node-image.js'

interface OldMap {
  readonly keys: Float64Array
  readonly slots: Int32Array
  readonly size: number
}

/** With its entries anywhere: here one behind the other, after a gap. */
const oldMap = (entries: readonly (readonly [key: number, value: number])[]): OldMap => ({
  keys: Float64Array.of(0, ...entries.map(([key]) => key)),
  slots: Int32Array.of(-1, ...entries.map(([, value]) => value)),
  size: entries.length,
})

const without = (record: object, name: string): object =>
  Object.fromEntries(Object.entries(record).filter(([key]) => key !== name))

/** As it was when a report was one message. */
function asOfVersion3(state: Exclude<NodeImageState, null>): Exclude<NodeImageState, null> {
  const peers = state.collector.state.peers.map((peer) => ({
    ...without(peer, 'partAt'),
    remotes: peer.remotes.map((remote) => without(remote, 'outgoingReport')),
  }))
  const old = { ...state, collector: { ...state.collector, state: { ...state.collector.state, peers } } }
  return old as unknown as Exclude<NodeImageState, null>
}

/** As it was when what finds a row by its id was a map of its own. */
export function asOfVersion2(now: NodeImageState): NodeImageState {
  if (now === null) return null
  const state = asOfVersion3(now)
  const { collector, heap } = state
  const { exports: exported, imports } = collector.state
  const quarantine = new Map(
    Array.from(exported.lists.quarantine, ([holder, { ids, columns }]) => [
      holder,
      oldMap(Array.from(ids, (id, slot) => [id, columns['g'][slot]])),
    ]),
  )
  const index = new Map(
    Array.from(imports.index, ([owner, { slots, size }]) => [
      owner,
      { keys: Float64Array.from(slots, (slot) => (slot < 0 ? 0 : imports.entries.columns.export[slot])), slots, size },
    ]),
  )
  const old = {
    ...state,
    collector: {
      ...collector,
      state: {
        ...collector.state,
        exports: { ...exported, lists: { ...exported.lists, quarantine } },
        imports: { ...imports, index },
      },
    },
    heap: {
      ...heap,
      graph: { ...heap.graph, roots: { ...heap.graph.roots, overflow: oldMap([...heap.graph.roots.overflow]) } },
    },
  }
  return old as unknown as NodeImageState
}
