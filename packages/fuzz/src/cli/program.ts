/** The command line: options and help. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { TARGETS } from '../targets/all.js'

export interface Flags {
  readonly target?: string
  readonly runs: number
  readonly minutes?: number
  readonly seed?: number
  readonly input?: Uint8Array
}

const DEFAULT_RUNS = 100_000
const MAX_SEED = 0xffffffff

/** Builds the command line. It throws CommanderError instead of ending the process. */
export function createProgram(run: (flags: Flags) => Promise<void>): Command {
  return new Command('fuzz')
    .description('Attacks everything that a peer can send with malformed input, led by the code that it reaches.')
    .addOption(new Option('--target <name>', 'all when left out').choices(TARGETS.map(({ name }) => name)))
    .option('--runs <n>', 'inputs, shared by the targets', parseRuns, DEFAULT_RUNS)
    .option('--minutes <m>', 'stop after so long, whatever is left', parseMinutes)
    .option('--seed <n>', 'drawn and printed when left out', parseSeed)
    .option('--input <hex>', 'run this one input (with --target)', parseInput)
    .exitOverride()
    .showSuggestionAfterError(false)
    .addHelpText('after', HELP)
    .action((flags: Flags) => run(flags))
}

const HELP = `
Targets:
${TARGETS.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join('\n')}

Examples:
  $ npm run fuzz -- --runs 1000000
  $ npm run fuzz -- --target frames --minutes 5 --seed 7
  What one input did, again:
  $ npm run fuzz -- --target frames --input 0a1105

Exit code: 0 nothing was found, 1 something was (the last line is the command that repeats it), 2 wrong input.`

function parseRuns(text: string): number {
  const runs = Number(text)
  if (!Number.isSafeInteger(runs) || runs < 1) throw new InvalidArgumentError('runs are a whole number from 1 on')
  return runs
}

function parseMinutes(text: string): number {
  const minutes = Number(text)
  if (!(minutes > 0 && minutes <= 10_000)) throw new InvalidArgumentError('minutes are a number above 0')
  return minutes
}

function parseSeed(text: string): number {
  const seed = Number(text)
  if (Number.isSafeInteger(seed) && seed >= 1 && seed <= MAX_SEED) return seed
  throw new InvalidArgumentError(`a seed is a whole number from 1 to ${MAX_SEED}`)
}

function parseInput(text: string): Uint8Array {
  if (!/^(?:[\da-f]{2})*$/i.test(text))
    throw new InvalidArgumentError('an input is an even number of hexadecimal digits')
  return Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
}
