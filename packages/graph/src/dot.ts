import type { ObjectKey } from '@holdfast/core'
import type { Mark } from './mark.js'
import type { ReferenceGraph } from './reference-graph.js'

export interface DotOptions {
  /** What an object is called in the picture; its key unless told. Any text: it is quoted. */
  readonly label?: (key: ObjectKey) => string
  /** A finished mark of this graph: garbage is white, the rest black. Without one nothing is colored. */
  readonly mark?: Mark
  /** The name of the digraph. */
  readonly name?: string
}

/**
 * A picture of a reference graph in the DOT language (graphviz.org/doc/info/lang.html), for `dot -Tsvg`. Roots have a
 * double outline; n parallel references are one arrow labelled ×n. Objects and references ascend by key, so that equal
 * graphs give equal text. O(n log n) for n objects and references. @throws UsageError `mark-not-finished`, `stale-mark`
 * from the mark
 */
export function toDot(graph: ReferenceGraph, options: DotOptions = {}): string {
  const label = options.label ?? String
  const lines = [`digraph ${quoted(options.name ?? 'references')} {`, '  node [shape=circle]']
  const keys = [...graph.objects()].sort((a, b) => a - b)
  for (const key of keys) {
    const attributes = [`label=${quoted(label(key))}`]
    if (graph.rootCount(key) > 0) attributes.push('shape=doublecircle')
    if (options.mark !== undefined) attributes.push(options.mark.isReached(key) ? REACHED : GARBAGE)
    lines.push(`  ${quoted(String(key))} [${attributes.join(' ')}]`)
  }
  for (const from of keys)
    for (const [to, count] of [...graph.references(from)].sort(([a], [b]) => a - b)) {
      const attributes = count > 1 ? ` [label=${quoted(`×${count}`)}]` : ''
      lines.push(`  ${quoted(String(from))} -> ${quoted(String(to))}${attributes}`)
    }
  lines.push('}')
  return `${lines.join('\n')}\n`
}

const REACHED = 'style=filled fillcolor=black fontcolor=white'
const GARBAGE = 'style=filled fillcolor=white'

/** A DOT string: only the quote is special to DOT, and the backslash to the escapes of labels. */
function quoted(text: string): string {
  return `"${text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll(/\r\n|\r|\n/g, '\\n')}"`
}
