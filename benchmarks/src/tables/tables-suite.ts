/** The tables of reference listing beside plain Maps. */
import { assert } from '@holdfast/core'
import { type Contender, compare } from '../measure/compare.js'
import { weigh } from '../measure/memory.js'
import { formatSpread } from '../measure/statistics.js'
import type { Cell, Suite, Table } from '../suite.js'
import { exportSide, importSide, plainExportSide, plainImportSide, type Side } from './work.js'

const REFERENCES = 100_000

const SIDES = [
  { side: 'owner', fill: 'grant', plain: plainExportSide, ours: exportSide },
  { side: 'holder', fill: 'take', plain: plainImportSide, ours: importSide },
] as const
type SideKind = (typeof SIDES)[number]

const OPERATIONS = ['fill', 'use', 'drop'] as const
type Operation = (typeof OPERATIONS)[number]

export const tablesSuite: Suite = {
  async run({ quick, progress }) {
    progress('bytes per live reference')
    const bytes = await measureBytes()
    const rows: Cell[][] = []
    for (const kind of SIDES) {
      for (const operation of OPERATIONS) {
        progress(`${kind.side}: ${operation}`)
        rows.push(measureTime(kind, operation, quick))
      }
    }
    return [timeTable(rows), bytes]
  },
}

async function measureBytes(): Promise<Table> {
  const rows: Cell[][] = []
  const sums = { plain: 0, ours: 0 }
  for (const { side, plain, ours } of SIDES) {
    const bytes = { plain: await bytesPerReference(plain), ours: await bytesPerReference(ours) }
    sums.plain += bytes.plain
    sums.ours += bytes.ours
    rows.push([side, bytes.plain, bytes.ours, bytes.ours / bytes.plain])
  }
  rows.push(['both', sums.plain, sums.ours, sums.ours / sums.plain])
  return {
    title: `Tables: bytes per live reference, ${REFERENCES} held`,
    columns: [{ name: 'side' }, { name: 'Maps B' }, { name: 'table B' }, { name: 'table × Maps', digits: 2 }],
    rows,
    notes: ['On the heap and in array buffers, between forced collections; the objects and proxies themselves apart.'],
  }
}

async function bytesPerReference(create: () => Side): Promise<number> {
  const { value, bytes } = await weigh(() => {
    const side = create()
    side.fill(REFERENCES)
    return side
  }, 1)
  assert(value.size === REFERENCES, 'every reference is held', { size: value.size })
  return bytes / REFERENCES
}

function measureTime(kind: SideKind, operation: Operation, quick: boolean): Cell[] {
  const contenders = [contender('Maps', kind.plain, operation), contender('table', kind.ours, operation)]
  const [maps, table] = compare(contenders, quick ? { rounds: 5, timeMs: 50 } : { rounds: 9, timeMs: 300 })
  const nsEach = (ms: number): number => (ms * 1e6) / REFERENCES
  const verb = operation === 'fill' ? kind.fill : operation
  return [kind.side, verb, nsEach(maps.ms.median), nsEach(table.ms.median), formatSpread(table.ratio)]
}

/** An operation on all references, over and over: a table is filled anew, outside the clock, before it is emptied. */
function contender(name: string, create: () => Side, operation: Operation): Contender {
  let side = create()
  side.fill(REFERENCES)
  if (operation === 'use') return { name, run: () => side.use(REFERENCES) }
  const prepare = (): void => {
    side = create()
    if (operation === 'drop') side.fill(REFERENCES)
  }
  const run = (): void => {
    side[operation](REFERENCES)
    const left = operation === 'fill' ? REFERENCES : 0
    if (side.size !== left) throw new Error(`${name}: ${side.size} references after ${operation}`)
  }
  return { name, prepare, run }
}

function timeTable(rows: readonly (readonly Cell[])[]): Table {
  return {
    title: `Tables: time per reference, ${REFERENCES} at a time`,
    columns: [
      { name: 'side' },
      { name: 'operation' },
      { name: 'Maps ns' },
      { name: 'table ns' },
      { name: 'table × Maps' },
    ],
    rows,
    notes: [
      'Maps of objects are the limit: what an application without any protocol would pay. Drops come in one batch.',
    ],
  }
}
