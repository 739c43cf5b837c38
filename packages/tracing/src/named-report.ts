/**
 * A report whose vertices have names, so that the next report can tell what has changed. A name is a small number that node and
 * coordinator give by the same rule: in a first report the place of the vertex (exports, inner vertices, imports), in a later one, to
 * each new vertex in that order, the next number. A name is never given twice.
 */
import { importCount, type Report } from './report.js'

export interface NamedReport {
  readonly report: Report
  /** The name of each vertex: exports, inner vertices, imports in the order of the report's peers. */
  readonly names: Uint32Array
  /** What the next new vertex will be called. */
  readonly nextName: number
}

/** Names the vertices of a first report. O(vertices). */
export function namedByPlace(report: Report): NamedReport {
  const names = new Uint32Array(vertexCount(report))
  for (let place = 0; place < names.length; place++) names[place] = place
  return { report, names, nextName: names.length }
}

/** How many vertices a report has. O(peers). */
export const vertexCount = (report: Report): number => sourceCount(report) + importCount(report)

/** How many of them may refer to others: all but imports. O(1). */
export const sourceCount = ({ exports, references }: Report): number => exports.ids.length + references.inner.length

/** The place of each name, or NO_PLACE. O(names). */
export function placesByName({ names, nextName }: NamedReport): Int32Array {
  const places = new Int32Array(nextName).fill(NO_PLACE)
  for (let place = 0; place < names.length; place++) places[names[place]] = place
  return places
}

export const NO_PLACE = -1
