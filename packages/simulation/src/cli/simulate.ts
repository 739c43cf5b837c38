/** The command: runs seeds, and says what came of it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Rule } from '@holdfast/core'
import pc from 'picocolors'
import { toRegression } from '../regression.js'
import { type RunOptions, type RunResult, runSeed } from '../run.js'
import { type Failure, merged, NOTHING_FOUND, type SearchResult } from '../search.js'
import { shrink } from '../shrink.js'
import { transcript } from '../transcript.js'
import { coverageTable } from './coverage-table.js'
import { Progress } from './progress.js'
import { rulesTable } from './rules-table.js'
import { runPool, SERIES } from './seed-pool.js'

export interface Flags {
  readonly seed?: number
  readonly seeds?: number
  readonly start?: number
  readonly minutes?: number
  readonly workload?: string
  readonly nodes?: number
  readonly steps?: number
  readonly without?: readonly Rule[]
  readonly rules?: boolean
  readonly trace?: boolean
  readonly shrink?: boolean
  readonly save?: string
  readonly into: string
  readonly jobs?: number
}

export interface Output {
  readonly out: (line: string) => void
  /** For what only a person watching needs. */
  readonly status: NodeJS.WriteStream
}

/** A search ends at so many failures: they are one cause as a rule. */
const ENOUGH_FAILURES = 20
const DEFAULT_SEEDS = 1000

/** @returns the exit code: 0 for nothing violated, 1 else */
export async function simulate(flags: Flags, output: Output): Promise<number> {
  if (flags.rules === true) return tellRules(flags, output)
  return flags.seed === undefined ? searchSeeds(flags, output) : runOne(flags, flags.seed, output)
}

function tellRules({ without, start, seeds, ...flags }: Flags, { out }: Output): number {
  const { without: _, ...options } = optionsOf(flags)
  const table = rulesTable({
    ...options,
    ...(without === undefined ? {} : { rules: without }),
    first: start ?? 1,
    patience: seeds ?? DEFAULT_SEEDS,
  })
  for (const line of table) out(line)
  return 0
}

function optionsOf({ workload, nodes, steps, without }: Flags): Omit<RunOptions, 'seed'> {
  return {
    ...(workload === undefined ? {} : { workload }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(steps === undefined ? {} : { steps }),
    ...(without === undefined ? {} : { without }),
  }
}

/** The command that runs a seed again, just so. */
function replayCommand(seed: number, flags: Flags): string {
  const { workload, nodes, steps, without } = flags
  const options = Object.entries({ workload, nodes, steps, without: without?.join(',') })
  const given = options.flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`]))
  return ['npm run simulate --', `--seed ${seed}`, ...given].join(' ')
}

function runOne(flags: Flags, seed: number, { out }: Output): number {
  const result = runSeed({ ...optionsOf(flags), seed })
  const { plan, violation, actions, stats } = result
  const about = `${plan.workload} on ${plan.nodes.length} nodes, ${actions.length} actions, ${stats.turns} turns`
  if (flags.trace === true) out(transcript(plan, actions).join('\n'))
  if (violation === null) {
    out(`seed ${seed}: nothing violated (${about})`)
    return 0
  }
  if (flags.trace !== true) out(`seed ${seed}: ${pc.red('VIOLATED')} ${violation} (${about})`)
  if (flags.shrink === true || flags.save !== undefined) cutDown(flags, { ...result, violation }, out)
  out(replayCommand(seed, flags))
  return 1
}

function cutDown(flags: Flags, run: RunResult & { readonly violation: string }, out: Output['out']): void {
  const shrunk = shrink(run)
  out(`cut down from ${run.actions.length} to ${shrunk.actions.length} actions in ${shrunk.runs} runs:`)
  out(transcript(shrunk.plan, shrunk.actions).join('\n'))
  if (flags.save === undefined) return
  const regression = toRegression(flags.save, shrunk)
  mkdirSync(flags.into, { recursive: true })
  const file = join(flags.into, `${flags.save}.json`)
  writeFileSync(file, `${JSON.stringify(regression, null, 2)}\n`)
  out(`saved as ${file}`)
}

async function searchSeeds(flags: Flags, output: Output): Promise<number> {
  const first = flags.start ?? Math.floor(Math.random() * 1e9)
  const wanted = flags.seeds ?? (flags.minutes === undefined ? DEFAULT_SEEDS : Number.POSITIVE_INFINITY)
  const until = flags.minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + flags.minutes * 60_000
  output.out(`from seed ${first}${flags.start === undefined ? ' (drawn)' : ''} on`)
  const progress = new Progress(output.status, wanted)
  let total: SearchResult = NOTHING_FOUND
  let handedOut = 0
  await runPool({
    jobs: Math.min(flags.jobs ?? availableParallelism(), Math.ceil(wanted / SERIES)),
    next: () => {
      if (handedOut >= wanted || Date.now() >= until || total.failures.length >= ENOUGH_FAILURES) return null
      const count = Math.min(SERIES, wanted - handedOut)
      handedOut += count
      return { ...optionsOf(flags), first: first + handedOut - count, count }
    },
    onResult: (result) => {
      for (const failure of result.failures) progress.clear(() => output.out(describeFailure(failure)))
      total = merged(total, result)
      progress.show(total)
    },
  })
  progress.clear(() => output.out(coverageTable(total.coverage)))
  output.out(progress.summary(total))
  const [worst] = [...total.failures].sort((a, b) => a.seed - b.seed)
  if (worst === undefined) return 0
  output.out(replayCommand(worst.seed, flags))
  return 1
}

const describeFailure = ({ seed, workload, violation }: Failure): string =>
  `seed ${seed} (${workload}): ${pc.red('VIOLATED')} ${violation}`
