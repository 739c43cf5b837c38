/**
 * The text of a heap snapshot into columns. It is given chunks, holds none of them, and checks everything that the columns
 * promise, so that what comes after may trust them. Synchronous: what waits for the chunks is `readHeapSnapshot`.
 */
import { LimitError, UsageError } from '@holdfast/core'
import { EdgeSection } from './edge-section.js'
import { parseLayout, type SnapshotLayout } from './layout.js'
import { LocationSection } from './location-section.js'
import { malformedSnapshot } from './malformed-snapshot.js'
import { NodeSection } from './node-section.js'
import { isNamed, type SnapshotTables } from './snapshot-tables.js'
import { type StringChoice, StringTableBuilder } from './string-table.js'
import { type Section, SnapshotTokenizer } from './tokenizer.js'

/** Two numbers stand for "not reached" and "where the search began" where edges are told. */
const MAX_EDGES = 2 ** 32 - 2

export class SnapshotParser {
  readonly #tokenizer = new SnapshotTokenizer((name) => this.#sectionOf(name))
  readonly #maxBytes: number
  readonly #seen = new Set<string>()
  readonly #strings: StringTableBuilder
  #layout: SnapshotLayout | null = null
  #nodes: NodeSection | null = null
  #edges: EdgeSection | null = null
  #locations: LocationSection | null = null

  /** @param keeps which strings to keep; all when left out. The others read as empty. @throws UsageError `bad-limit` */
  constructor(maxBytes = Number.POSITIVE_INFINITY, keeps?: StringChoice) {
    if (!(maxBytes > 0)) throw new UsageError('bad-limit', 'a limit is above 0', { maxBytes })
    this.#maxBytes = maxBytes
    this.#strings = new StringTableBuilder(keeps)
  }

  /** Bytes taken so far. */
  get offset(): number {
    return this.#tokenizer.offset
  }

  /**
   * The next bytes, which are the caller's again after the call. O(bytes).
   * @throws UsageError `malformed-snapshot`, with the offset or row in its `data`
   * @throws LimitError `snapshot-too-large`
   */
  write(bytes: Uint8Array): void {
    if (this.offset + bytes.length > this.#maxBytes) {
      throw new LimitError('snapshot-too-large', 'the heap snapshot is too large', { maxBytes: this.#maxBytes })
    }
    this.#tokenizer.write(bytes)
  }

  /**
   * After the last byte. O(nodes + edges).
   * @throws UsageError `truncated-snapshot`, or `malformed-snapshot` when its parts do not fit each other
   */
  finish(): SnapshotTables {
    this.#tokenizer.finish()
    const layout = this.#layout
    if (!layout || !this.#nodes || !this.#edges || !this.#seen.has('strings')) {
      throw malformedSnapshot('a section is missing', { sections: [...this.#seen] })
    }
    const tables: SnapshotTables = {
      ...this.#nodes.finish(),
      ...this.#edges.finish(),
      locations: this.#locations?.finish() ?? new Float64Array(0),
      nodeTypeNames: layout.nodeTypes,
      edgeTypeNames: layout.edgeTypes,
      strings: this.#strings.finish(),
    }
    checkTables(tables, layout)
    return tables
  }

  #sectionOf(name: string): Section | null {
    if (this.#seen.has(name)) throw malformedSnapshot('a section comes twice', { name })
    this.#seen.add(name)
    if (name === 'snapshot') return { kind: 'text', take: (text) => this.#begin(parseLayout(text)) }
    if (name === 'strings') return this.#strings
    if (name === 'locations') return this.#locations
    if (name !== 'nodes' && name !== 'edges') return null
    if (!this.#nodes || !this.#edges) throw malformedSnapshot('its header comes first', { name })
    return name === 'nodes' ? this.#nodes : this.#edges
  }

  #begin(layout: SnapshotLayout): void {
    this.#layout = layout
    this.#nodes = new NodeSection(layout)
    this.#edges = new EdgeSection(layout)
    this.#locations = layout.locations && new LocationSection(layout.locations, layout.nodes.width)
  }
}

/** What no row can tell alone. */
function checkTables(tables: SnapshotTables, layout: SnapshotLayout): void {
  const { firstEdges, nodeNames, edgeTypes, edgeNames, edgeTargets, edgeTypeNames, strings } = tables
  const nodes = nodeNames.length
  const edges = edgeTypes.length
  if (edges > MAX_EDGES) throw new LimitError('snapshot-too-large', 'too many edges', { edges })
  if (nodes === 0 || nodes !== layout.nodeCount || edges !== layout.edgeCount || edges !== firstEdges[nodes]) {
    throw malformedSnapshot('it has fewer or more rows than it says', { nodes, edges, edgesOfNodes: firstEdges[nodes] })
  }
  for (let node = 0; node < nodes; node++) {
    if (nodeNames[node] >= strings.length) throw malformedSnapshot('a node has no name', { node })
  }
  const named = edgeTypeNames.map(isNamed)
  for (let edge = 0; edge < edges; edge++) {
    if (edgeTargets[edge] >= nodes) throw malformedSnapshot('an edge leads nowhere', { edge })
    if (named[edgeTypes[edge]] && edgeNames[edge] >= strings.length) {
      throw malformedSnapshot('an edge has no name', { edge })
    }
  }
}
