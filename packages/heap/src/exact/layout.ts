/**
 * What a heap snapshot says of its own layout (`snapshot.meta`): which number of a row means what. Node 20 and 22 write seven
 * numbers for an object, Node 24 six, Chrome others again; only the names are stable.
 *
 * Source: V8, `HeapSnapshotJSONSerializer` in `src/profiler/heap-snapshot-generator.cc`.
 */
import { malformedSnapshot } from './malformed-snapshot.js'

/** The place of each number in a row; `width` numbers make a row. */
export interface NodeLayout {
  readonly width: number
  readonly type: number
  readonly name: number
  readonly id: number
  readonly selfSize: number
  readonly edgeCount: number
}

export interface EdgeLayout {
  readonly width: number
  readonly type: number
  readonly name: number
  readonly target: number
}

export interface LocationLayout {
  readonly width: number
  readonly node: number
  readonly script: number
  readonly line: number
  readonly column: number
}

export interface SnapshotLayout {
  readonly nodes: NodeLayout
  readonly edges: EdgeLayout
  /** null when the snapshot does not tell where functions are. */
  readonly locations: LocationLayout | null
  readonly nodeTypes: readonly string[]
  readonly edgeTypes: readonly string[]
  /** How many rows follow, as the header says. */
  readonly nodeCount: number
  readonly edgeCount: number
}

/**
 * Reads the text of the section `snapshot`.
 * @throws UsageError `malformed-snapshot`
 */
export function parseLayout(text: string): SnapshotLayout {
  const header = record(parsed(text), 'snapshot')
  const meta = record(header['meta'], 'meta')
  const nodes = names(meta, 'node_fields')
  const edges = names(meta, 'edge_fields')
  const locations = meta['location_fields'] === undefined ? null : names(meta, 'location_fields')
  return {
    nodes: {
      width: nodes.length,
      type: place(nodes, 'type'),
      name: place(nodes, 'name'),
      id: place(nodes, 'id'),
      selfSize: place(nodes, 'self_size'),
      edgeCount: place(nodes, 'edge_count'),
    },
    edges: {
      width: edges.length,
      type: place(edges, 'type'),
      name: place(edges, 'name_or_index'),
      target: place(edges, 'to_node'),
    },
    locations: locations && {
      width: locations.length,
      node: place(locations, 'object_index'),
      script: place(locations, 'script_id'),
      line: place(locations, 'line'),
      column: place(locations, 'column'),
    },
    nodeTypes: typeNames(meta, 'node_types', place(nodes, 'type')),
    edgeTypes: typeNames(meta, 'edge_types', place(edges, 'type')),
    nodeCount: count(header, 'node_count'),
    edgeCount: count(header, 'edge_count'),
  }
}

type Json = Readonly<Record<string, unknown>>

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw malformedSnapshot('its header is not JSON', {})
  }
}

function record(value: unknown, name: string): Json {
  if (typeof value !== 'object' || value === null) throw malformedSnapshot('its header lacks a part', { name })
  return value as Json
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}

function names(from: Json, name: string): string[] {
  const value = from[name]
  if (!isNames(value)) throw malformedSnapshot('its header lacks a list', { name })
  return value
}

function place(fields: readonly string[], name: string): number {
  const at = fields.indexOf(name)
  if (at < 0) throw malformedSnapshot('its header lacks a field', { name })
  return at
}

/** The most types that one byte tells apart, less the one that the reader adds. */
const MAX_TYPES = 255

/** For each field of a row there is an entry; that of the type lists the types. */
function typeNames(meta: Json, name: string, at: number): string[] {
  const value = meta[name]
  const types: unknown = Array.isArray(value) ? value[at] : undefined
  if (!isNames(types) || types.length > MAX_TYPES) throw malformedSnapshot('its header lacks types', { name })
  return types
}

function count(header: Json, name: string): number {
  const value = header[name]
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw malformedSnapshot('its header lacks a count', { name })
  return Number(value)
}
