import { assert } from '@holdfast/core'
import { weigh } from '../measure/memory.js'
import { timeRuns } from '../measure/time-runs.js'
import type { Variant } from '../suite.js'
import { exportSide, importSide, plainExportSide, plainImportSide, type Side } from './work.js'

const SIDES = {
  owner: { plain: plainExportSide, ours: exportSide },
  holder: { plain: plainImportSide, ours: importSide },
} as const

export interface TableName {
  readonly side: keyof typeof SIDES
  readonly kind: 'plain' | 'ours'
}

export interface TableOptions {
  readonly references: number
  /** How long each operation takes in a round, in ms. */
  readonly timeMs: number
}

const WARM_UP_REFERENCES = 1_000
const NS_PER_MS = 1e6

export async function startTable({ side, kind }: TableName, options: TableOptions): Promise<Variant> {
  const create = SIDES[side][kind]
  const { references, timeMs } = options
  const { value, bytes } = await weigh(
    () => filled(create, references),
    () => filled(create, WARM_UP_REFERENCES),
  )
  assert(value.size === references, 'every reference is held', { size: value.size })
  const nsEach = (ms: number): number => (ms * NS_PER_MS) / references
  return {
    round: () => ({
      fill: nsEach(timeAnew('fill', create, options)),
      use: nsEach(timeRuns({ run: () => value.use(references) }, timeMs)),
      drop: nsEach(timeAnew('drop', create, options)),
      live: bytes / references,
    }),
  }
}

function filled(create: () => Side, references: number): Side {
  const side = create()
  side.fill(references)
  return side
}

/** An operation that takes a table of its own every time, made outside the clock. */
function timeAnew(operation: 'fill' | 'drop', create: () => Side, { references, timeMs }: TableOptions): number {
  let side = create()
  const prepare = (): void => {
    side = operation === 'drop' ? filled(create, references) : create()
  }
  const run = (): void => {
    side[operation](references)
    const left = operation === 'fill' ? references : 0
    assert(side.size === left, 'the table holds what it should', { operation, size: side.size })
  }
  return timeRuns({ prepare, run }, timeMs)
}
