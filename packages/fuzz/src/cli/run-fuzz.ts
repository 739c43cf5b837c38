/** What the command does with its options. */
import { UsageError } from '@holdfast/core'
import { type FuzzOutcome, fuzz } from '../fuzz.js'
import type { FuzzTarget } from '../target.js'
import { TARGETS } from '../targets/all.js'
import type { Flags } from './program.js'

export interface Output {
  /** A line of the result. */
  readonly out: (line: string) => void
  /** How far it is; may be overwritten. */
  readonly status: (text: string) => void
  /** In ms. */
  readonly now: () => number
  readonly drawSeed: () => number
}

const PROGRESS_MS = 1_000

/** @returns the exit code @throws UsageError for options that do not go together */
export async function runFuzz(flags: Flags, output: Output): Promise<number> {
  const targets = TARGETS.filter(({ name }) => flags.target === undefined || flags.target === name)
  if (flags.input !== undefined) return runOne(flags.input, targets, output)
  const seed = flags.seed ?? output.drawSeed()
  output.out(`seed ${seed}`)
  const end = output.now() + (flags.minutes ?? Number.POSITIVE_INFINITY) * 60_000
  for (const [place, target] of targets.entries()) {
    const share = {
      runs: Math.ceil(flags.runs / targets.length),
      end: shareOf(output.now(), end, targets.length - place),
    }
    const outcome = await runTarget({ target, seed, ...share }, output)
    output.out(describe(target, outcome))
    if (outcome.finding === null) continue
    output.out(`FOUND ${reasonOf(outcome.finding.error)}`)
    output.out(`npm run fuzz -- --target ${target.name} --input ${Buffer.from(outcome.finding.input).toString('hex')}`)
    return 1
  }
  return 0
}

async function runOne(input: Uint8Array, targets: readonly FuzzTarget[], output: Output): Promise<number> {
  const [target, ...others] = targets
  if (others.length > 0) throw new UsageError('no-target', 'an input needs its --target')
  try {
    await target.run(input)
    output.out('nothing found')
    return 0
  } catch (error) {
    output.out(`FOUND ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    return 1
  }
}

interface Share {
  readonly target: FuzzTarget
  readonly seed: number
  readonly runs: number
  readonly end: number
}

function runTarget({ target, seed, runs, end }: Share, { now, status }: Output): Promise<FuzzOutcome> {
  let shown = now()
  return fuzz({
    target,
    runs,
    seed,
    isOver: () => now() >= end,
    onProgress: (progress) => {
      if (now() - shown < PROGRESS_MS) return
      shown = now()
      status(`${target.name}: ${progress.runs.toLocaleString('en')} of ${runs.toLocaleString('en')} inputs`)
    },
  })
}

/** When one of so many that are left must stop for all to have the same time. */
const shareOf = (now: number, end: number, left: number): number => now + (end - now) / left

function describe({ name }: FuzzTarget, { runs, kept, blocks }: FuzzOutcome): string {
  const [inputs, reached] = [runs.toLocaleString('en'), blocks.toLocaleString('en')]
  return `${name.padEnd(10)} ${inputs.padStart(11)} inputs, ${kept} of them led to new code, ${reached} blocks of code reached`
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error)
