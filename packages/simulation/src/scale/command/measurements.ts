/** A whole run of the scale mode, as `--json` writes it and `--from` reads it. */
import { readFileSync } from 'node:fs'
import { UsageError } from '@holdfast/core'
import type { Point } from '../scenarios/scenario.js'
import type { Machine } from './machine.js'

/** Raised whenever the fields of a point change. */
export const FORMAT = 1

export interface Measurements {
  readonly format: typeof FORMAT
  /** Whether it was the whole plan: what the documents are made of. */
  readonly isWhole: boolean
  readonly machine: Machine
  /** How long the run took. */
  readonly seconds: number
  readonly points: readonly Point[]
}

/** Reads what an earlier run wrote. @throws UsageError `unreadable`, `bad-measurements` */
export function readMeasurements(file: string): Measurements {
  const measurements = parse(file)
  if (!isOurs(measurements)) {
    throw new UsageError('bad-measurements', `not what --json writes in this version: ${file}`)
  }
  return measurements
}

function isOurs(value: unknown): value is Measurements {
  return (
    typeof value === 'object' &&
    value !== null &&
    'format' in value &&
    value.format === FORMAT &&
    'points' in value &&
    Array.isArray(value.points)
  )
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError('unreadable', `cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
