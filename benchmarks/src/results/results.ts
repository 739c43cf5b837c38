import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { UsageError } from '@holdfast/core'
import type { Machine } from '../machine.js'
import type { SuiteName } from '../suites.js'
import type { Row } from './row.js'

/** What `--json` writes. */
export interface Results {
  /** When the run began, in ISO 8601. */
  readonly date: string
  readonly commit: string
  readonly machine: Machine
  readonly quick: boolean
  /** Whether it was asked for all suites. */
  readonly isWhole: boolean
  /** Those that were to run. */
  readonly suites: readonly SuiteName[]
  readonly rows: readonly Row[]
}

/** The commit that is measured, with `+` when files differ from it; `unknown` outside a repository. */
export function currentCommit(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim()
  try {
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== ''
    return `${git('rev-parse', '--short=12', 'HEAD')}${isChanged ? '+' : ''}`
  } catch {
    return 'unknown'
  }
}

/** Reads what `--json` wrote. @throws UsageError `bad-results` */
export function readResults(file: string): Results {
  try {
    const results = JSON.parse(readFileSync(file, 'utf8')) as Results
    if (Array.isArray(results.rows) && Array.isArray(results.suites)) return results
  } catch (error) {
    throw new UsageError('bad-results', `${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
  throw new UsageError('bad-results', `${file} is not what --json writes: it has no rows`)
}
