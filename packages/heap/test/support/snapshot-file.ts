/** Heap snapshots as files, written by hand: as V8 lays them out, or with their fields in any other order. */

export interface FileEdge {
  readonly type: string
  readonly name: string | number
  readonly to: number
}

export interface FileNode {
  readonly type: string
  readonly name: string
  readonly edges?: readonly FileEdge[]
}

export interface FileLayout {
  readonly nodeFields: readonly string[]
  readonly edgeFields: readonly string[]
}

export const NODE_TYPES = ['hidden', 'array', 'string', 'object', 'code', 'closure', 'native', 'synthetic']
export const EDGE_TYPES = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak']

export const NODE_20: FileLayout = {
  nodeFields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'],
  edgeFields: ['type', 'name_or_index', 'to_node'],
}
export const NODE_24: FileLayout = {
  nodeFields: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
  edgeFields: ['type', 'name_or_index', 'to_node'],
}

/** V8's ids are odd. */
export const idOfNode = (node: number): number => 2 * node + 1
export const sizeOfNode = (node: number): number => 8 * node

/** The edges that V8 writes for an entry of a WeakMap, each with the node that it belongs to. */
export function weakMapEdges(key: number, table: number, value: number): [number, FileEdge][] {
  const name = `part of key (K @${idOfNode(key)}) -> value (V @${idOfNode(value)}) pair in WeakMap (table @${idOfNode(table)})`
  return [
    [table, { type: 'weak', name: '4', to: key }],
    [table, { type: 'weak', name: '5', to: value }],
    [key, { type: 'internal', name: `7 / ${name}`, to: value }],
    [table, { type: 'internal', name: `9 / ${name}`, to: value }],
  ]
}

/** Locations are rows of node, script, line, column. */
export function snapshotFile(
  nodes: readonly FileNode[],
  layout = NODE_20,
  locations: readonly number[][] = [],
): string {
  const strings: string[] = ['<dummy>']
  const places = new Map<string, number>()
  const place = (text: string): number => {
    const known = places.get(text) ?? strings.push(text) - 1
    places.set(text, known)
    return known
  }
  const width = layout.nodeFields.length
  const nodeRows = nodes.map((node, index) => {
    const fields = new Map<string, number>([
      ['type', NODE_TYPES.indexOf(node.type)],
      ['name', place(node.name)],
      ['id', idOfNode(index)],
      ['self_size', sizeOfNode(index)],
      ['edge_count', node.edges?.length ?? 0],
    ])
    return layout.nodeFields.map((field) => fields.get(field) ?? 0).join(',')
  })
  const edgeRows = nodes.flatMap(({ edges = [] }) =>
    edges.map(({ type, name, to }) => {
      const fields = new Map<string, number>([
        ['type', EDGE_TYPES.indexOf(type)],
        ['name_or_index', typeof name === 'number' ? name : place(name)],
        ['to_node', to * width],
      ])
      return layout.edgeFields.map((field) => fields.get(field) ?? 0).join(',')
    }),
  )
  const meta = {
    node_fields: layout.nodeFields,
    node_types: layout.nodeFields.map((field) => (field === 'type' ? NODE_TYPES : 'number')),
    edge_fields: layout.edgeFields,
    edge_types: layout.edgeFields.map((field) => (field === 'type' ? EDGE_TYPES : 'number')),
    location_fields: ['object_index', 'script_id', 'line', 'column'],
  }
  const header = JSON.stringify({ meta, node_count: nodes.length, edge_count: edgeRows.length })
  const rows = locations.map(([node, ...rest]) => [node * width, ...rest].join(','))
  return `{"snapshot":${header},
"nodes":[${nodeRows.join('\n,')}],
"edges":[${edgeRows.join('\n,')}],
"trace_tree":[{"odd": "}]\\"", "list": [1, -2.5e3, null]}],
"samples":[],
"locations":[${rows.join('\n,')}],
"strings":[${strings.map((text) => JSON.stringify(text)).join(',\n')}]}
`
}

/** A file in chunks. */
export async function* inChunks<C>(...chunks: readonly C[]): AsyncGenerator<C> {
  yield* chunks
}
