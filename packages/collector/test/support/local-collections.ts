/** Local collections of the nodes of a world, and the drops that follow from them, at once or late. */
import type { ImportId, ObjectKey } from '@holdfast/core'
import type { World } from './world.js'
import type { WorldNode } from './world-node.js'

/** Drops what a collection has found unreachable: the finalizers of those imports run. */
type Finalize = () => void

/** Frees all that nothing keeps. */
export function collect(world: World, node: WorldNode): Finalize {
  const { collector, heap } = node
  const { unreachableImports } = heap.collect({ exported: collector.exports, pinnedImports: collector.pinned })
  return finalizer(world, node, unreachableImports)
}

/** Frees those of some objects that nothing keeps, by counting inside the heap. */
export function reclaim(world: World, node: WorldNode, objects: readonly ObjectKey[]): Finalize {
  const { collector, heap } = node
  const isExported = (object: ObjectKey) => collector.isExported(object)
  const { unreachableImports } = heap.reclaim(objects, { isExported, isPinned: (id) => collector.isPinned(id) })
  return finalizer(world, node, unreachableImports)
}

function finalizer(world: World, node: WorldNode, imports: readonly ImportId[]): Finalize {
  node.forgetStale()
  const generations = imports.map((id) => node.collector.generationOf(id))
  for (const id of imports) node.unfinalized.add(id)
  return () => {
    for (const id of imports) node.unfinalized.delete(id)
    if (imports.length > 0) world.step(node.name, { type: 'drop', imports, generations })
  }
}
