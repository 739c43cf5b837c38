import type { TableSizes } from '@holdfast/worker'
import colors from 'picocolors'
import { CUT_WORDS } from '../heap-graph/cut.js'
import { megabytes, milliseconds, number } from '../replay/number-format.js'
import type { ReplayOptions } from '../replay/replay.js'
import type { ReplayResult } from '../replay/result.js'

type Row = readonly [label: string, value: string, remark?: string]

/** A result for people, ending with a line break. */
export function presentReplay(result: ReplayResult, { collectors }: ReplayOptions): string {
  const { freedBy, timeMs } = result
  const kills = result.killed.length > 0
  const took = (name: 'refcount' | 'tracing', remark: string): string =>
    collectors.includes(name) ? remark : 'did not take part'
  const counts: Row[] = [
    ['cross-node references', number(result.crossReferences), `${result.partition} partition on ${result.nodes} nodes`],
    ['live before', number(result.liveBefore), `of ${number(result.objects)} objects`],
    ['let go of', number(result.count), `${CUT_WORDS[result.cut]}, seed ${result.seed}`],
    ...(kills ? [['lost', number(result.lost), `with ${nodes(result.killed)}`] satisfies Row] : []),
    ['garbage', number(result.garbage)],
    ['freed by listing', number(freedBy.refcount), took('refcount', '')],
    ...(kills ? [['freed by leases', number(freedBy.lease), took('refcount', '')] satisfies Row] : []),
    ['freed by tracing', number(freedBy.tracing), took('tracing', plural(result.rounds, 'round'))],
    ['missed', number(result.missed)],
    ['wrongly freed', number(result.wronglyFreed)],
  ]
  const rest: Row[] = [
    ['tables left', tables(result.tables)],
    ['tables expected', tables(result.tables.expected)],
    ['fingerprint', result.fingerprint],
    ['on the wire', `${megabytes(result.bytes)} in ${number(result.messages)} messages`],
    [
      'time',
      Object.entries(timeMs)
        .map(([phase, ms]) => `${phase} ${milliseconds(ms)}`)
        .join(', '),
    ],
    [
      `V8's own full GC`,
      `${milliseconds(result.v8FullGcMs)}; collect took ${(timeMs.collect / result.v8FullGcMs).toFixed(1)} times as long`,
    ],
    ['peak memory', megabytes(result.peakRssBytes)],
  ]
  const lines = ['', ...aligned(counts), '', ...rest.map(([label, value]) => `${label.padEnd(LABEL)}  ${value}`), '']
  return `${lines.join('\n')}\n${conclusion(result)}\n`
}

const LABEL = 21

function aligned(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([, value]) => value.length))
  return rows.map(([label, value, remark = '']) =>
    `${label.padEnd(LABEL)}  ${value.padStart(width)}  ${remark === '' ? '' : colors.dim(remark)}`.trimEnd(),
  )
}

const tables = ({ exports, imports, pins }: TableSizes): string =>
  `${number(exports)} exports, ${number(imports)} imports, ${number(pins)} pins`

const nodes = (indexes: readonly number[]): string =>
  `${indexes.length === 1 ? 'node' : 'nodes'} ${indexes.toSorted((a, b) => a - b).join(', ')}, killed after the cut`

const plural = (count: number, what: string): string => `in ${number(count)} ${what}${count === 1 ? '' : 's'}`

function conclusion(result: ReplayResult): string {
  if (result.ok) return colors.green('Right: exactly the garbage was freed, and the tables hold exactly what is live.')
  const wrong = [
    result.missed > 0 ? `${number(result.missed)} objects that had to go are still there` : '',
    result.wronglyFreed > 0 ? `${number(result.wronglyFreed)} objects that had to stay are gone` : '',
  ].filter((text) => text !== '')
  return colors.red(`Not right: ${wrong.join('; ') || 'the objects are right, the tables or the notes above are not'}.`)
}
