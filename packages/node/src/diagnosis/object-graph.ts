/** Who refers to whom inside one node, as plain data that can be sent: for `explain`, `graph` and `cycles`. */
import type { NodeId } from '@holdfast/core'
import { LimitError } from '@holdfast/core'
import type { ManagedHeap } from '@holdfast/heap/managed'
import type { Handle } from '@holdfast/heap/object-heap'
import type { HeapNode } from '../heap-node.js'

/** One object of a node, or what stands there for another node's. */
export interface ObjectVertex {
  /** The same on every node that the object is known on: `bob#3/17` of an export, `bob#3/local/40` of another object. */
  readonly id: string
  readonly className: string
  /** What keeps it at this node, apart from other objects: names, code, calls under way. Empty when only fields do. */
  readonly roots: readonly string[]
}

export interface ObjectEdge {
  readonly from: string
  readonly to: string
  /** As code would write it: `members['al']`. */
  readonly path: string
}

/** What one node knows. */
export interface ObjectGraph {
  readonly node: NodeId
  readonly vertices: readonly ObjectVertex[]
  readonly edges: readonly ObjectEdge[]
}

export interface ObjectGraphContext {
  readonly node: HeapNode
  readonly managed: ManagedHeap
  readonly names: Iterable<readonly [string, Handle]>
  readonly isLeased: (handle: Handle) => boolean
  /** The most objects of an answer. */
  readonly limit: number
}

/**
 * Every object that the node knows by a handle. O(objects and references).
 * @throws LimitError `graph-too-large`
 */
export function objectGraph(context: ObjectGraphContext): ObjectGraph {
  const { node, managed, limit } = context
  const namesOf = new Map<Handle, string[]>()
  for (const [name, handle] of context.names) {
    namesOf.set(handle, [...(namesOf.get(handle) ?? []), `published name '${name}'`])
  }
  const vertices: ObjectVertex[] = []
  const edges: ObjectEdge[] = []
  for (const handle of managed.handles()) {
    if (vertices.length >= limit) {
      throw new LimitError('graph-too-large', 'more objects than fit into one answer', { limit })
    }
    const id = idOf(node, handle)
    const { className, kind } = managed.describe(handle)
    vertices.push({ id, className: className || kind, roots: rootsOf(context, handle, namesOf.get(handle) ?? []) })
    for (const { path, target } of managed.fieldsOf(handle)) {
      edges.push({
        from: id,
        to: idOf(node, target),
        path: path.startsWith('[') ? className + path : `${className}.${path}`,
      })
    }
  }
  return { node: node.name, vertices, edges }
}

/** What an object is called in graphs. @throws UsageError `stale-handle` */
export function idOf(node: HeapNode, handle: Handle): string {
  const { heap } = node
  if (heap.importOf(handle) !== undefined) {
    const { owner, id } = node.describeImport(handle)
    return `${owner.node}#${owner.incarnation}/${id}`
  }
  const { name, incarnation } = node
  const view = heap.isBroken(handle) ? null : node.describeExport(handle)
  return view === null ? `${name}#${incarnation}/local/${handle}` : `${name}#${incarnation}/${view.id}`
}

function rootsOf(context: ObjectGraphContext, handle: Handle, names: readonly string[]): string[] {
  const { node, managed, isLeased } = context
  const { kind, hasRepresentative } = managed.describe(handle)
  const roots = [...names]
  if (isLeased(handle)) roots.push('a lease')
  if (kind === 'ordinary') roots.push(node.isExported(handle) ? 'held by others, and no managed object' : 'code')
  else if (hasRepresentative) roots.push('code')
  const known = names.length + Number(isLeased(handle)) + Number(hasRepresentative)
  if (node.heap.pinCount(handle) > known) roots.push('a call under way')
  if (node.isGiftPinned(handle)) roots.push('a gift under way')
  return roots
}
