import { UsageError } from '@holdfast/core'
import { formatNumber } from '../results/format.js'
import { readResults } from '../results/results.js'
import { compareEntries, lastAccepted, NOISE } from './compare-entries.js'
import { type Entry, entryOf, readHistory } from './history.js'

/**
 * Compares a run with the last accepted one of the same size, and says what it finds.
 * @param from what `--json` wrote; null: the last run of the history
 * @returns the exit code: 1 when something got worse by more than noise
 * @throws UsageError `no-history`
 */
export function compareRuns(from: string | null, say: (text: string) => void): number {
  const entries = readHistory()
  const entry: Entry | undefined = from === null ? entries.at(-1) : entryOf(readResults(from))
  if (entry === undefined) throw new UsageError('no-history', 'the history is empty: run all suites first')
  const accepted = lastAccepted(entries, entry)
  if (accepted === null)
    throw new UsageError('no-history', `no ${entry.quick ? 'quick' : 'full'} run was accepted before: use --accept`)
  const { regressions, gone } = compareEntries(accepted, entry)
  say(`${entry.commit} beside ${accepted.commit}, accepted on ${accepted.date.slice(0, 10)}; noise is ${NOISE * 100} %`)
  for (const name of gone) say(`not measured: ${name}`)
  for (const { name, before, now, worse } of regressions)
    say(`${Math.round(worse * 100)} % worse: ${name}: ${formatNumber(before)} → ${formatNumber(now)}`)
  if (regressions.length === 0) say('nothing got worse by more than noise')
  return regressions.length > 0 ? 1 : 0
}
