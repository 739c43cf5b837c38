/**
 * How objects are found again in a snapshot: by what holds them. The probe holds the tagged objects in a list whose order the
 * caller knows, and V8 writes a list's elements with their index.
 *
 * The probe lives for one snapshot; emptied, it is no longer mistaken for another's.
 */
import { assert } from '@holdfast/core'
import { type SnapshotTables, typeCode } from './snapshot-tables.js'

/** Found by this name: it is part of how the tracer works. */
export class HoldfastExactProbe {
  readonly objects: object[]
  readonly holders: object[]

  constructor(objects: Iterable<object>, holders: Iterable<object>) {
    this.objects = [...objects]
    this.holders = [...holders]
  }

  empty(): void {
    this.objects.length = 0
    this.holders.length = 0
  }
}

export interface Probed {
  /** The nodes of the tagged objects, in their order. */
  readonly objects: readonly number[]
  readonly holders: readonly number[]
  /** The probe and its lists. */
  readonly own: readonly number[]
}

/** Finds what a probe held when the snapshot was taken. O(nodes + bytes of strings). */
export function findProbe(tables: SnapshotTables, counts: { objects: number; holders: number }): Probed {
  const { nodeTypes, nodeNames, strings } = tables
  const name = strings.indexOf(HoldfastExactProbe.name)
  const object = typeCode(tables.nodeTypeNames, 'object')
  for (let node = 0; node < nodeTypes.length; node++) {
    if (nodeNames[node] !== name || nodeTypes[node] !== object) continue
    const objects = propertyOf(tables, node, 'objects')
    const holders = propertyOf(tables, node, 'holders')
    if (objects === null || holders === null) continue
    const found = { objects: elementsOf(tables, objects), holders: elementsOf(tables, holders) }
    const whole = found.objects.length === counts.objects && found.holders.length === counts.holders
    if (whole) return { ...found, own: [node, objects, holders] }
  }
  assert(false, 'the snapshot shows the probe that was there when it was taken')
}

function propertyOf(tables: SnapshotTables, node: number, name: string): number | null {
  const { firstEdges, edgeTypes, edgeNames, edgeTargets, strings } = tables
  const property = typeCode(tables.edgeTypeNames, 'property')
  for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
    if (edgeTypes[edge] === property && strings.textOf(edgeNames[edge]) === name) return edgeTargets[edge]
  }
  return null
}

function elementsOf(tables: SnapshotTables, list: number): number[] {
  const { firstEdges, edgeTypes, edgeNames, edgeTargets } = tables
  const element = typeCode(tables.edgeTypeNames, 'element')
  const elements: number[] = []
  for (let edge = firstEdges[list]; edge < firstEdges[list + 1]; edge++) {
    if (edgeTypes[edge] === element) elements[edgeNames[edge]] = edgeTargets[edge]
  }
  return elements
}
