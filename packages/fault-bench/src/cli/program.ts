/** The command line: options and help. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { FAULT_KINDS } from '../controller/fault.js'
import { FLAWS, type Flaw } from '../workload/flaw.js'

export interface Flags {
  readonly transport: 'websocket' | 'nats'
  readonly minutes: number
  readonly seed?: number
  readonly members: number
  readonly term: number
  readonly json?: string
  readonly flaw?: Flaw
}

const MAX_SEED = 0xffffffff

/** Builds the command line. It throws CommanderError instead of ending the process. */
export function createProgram(run: (flags: Flags) => Promise<void>): Command {
  return new Command('faults')
    .description(
      'Runs a cluster of real processes under load, breaks what can break in it, and looks from outside whether anything was freed that is held, kept that is not, lost or done twice.',
    )
    .addOption(
      new Option('--transport <name>', 'what joins the processes').choices(['websocket', 'nats']).default('websocket'),
    )
    .option('--minutes <m>', 'how long it takes', parseMinutes, 5)
    .option('--seed <n>', 'which faults, in which order; drawn and printed when left out', parseSeed)
    .option('--members <n>', 'processes beside the durable one, 3 to 12', parseMembers, 5)
    .option(
      '--term <ms>',
      'of the leases: faults last some terms, and what was killed is given up after eleven',
      parseTerm,
      1000,
    )
    .option('--json <file>', 'write all that was found there, too')
    .addOption(
      new Option('--flaw <name>', 'makes the processes do something wrong, which has to be found')
        .choices(FLAWS)
        .hideHelp(),
    )
    .exitOverride()
    .showSuggestionAfterError(false)
    .addHelpText('after', HELP)
    .action((flags: Flags) => run(flags))
}

const HELP = `
Faults:
${Object.entries(FAULT_KINDS)
  .map(([kind, about]) => `  ${kind.padEnd(13)} ${about}`)
  .join('\n')}

Examples:
  $ npm run faults -- --minutes 5
  $ npm run faults -- --transport nats --minutes 30 --seed 7
  $ npm run faults -- --minutes 30 --seed 7 --json faults.json

Exit code: 0 nothing was lost, 1 something was (what the processes have printed is kept), 2 wrong input.`

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

function parseMembers(text: string): number {
  const members = Number(text)
  if (Number.isSafeInteger(members) && members >= 3 && members <= 12) return members
  throw new InvalidArgumentError('there are 3 to 12 members')
}

function parseTerm(text: string): number {
  const term = Number(text)
  if (Number.isSafeInteger(term) && term >= 200 && term <= 30_000) return term
  throw new InvalidArgumentError('a term is a whole number of milliseconds from 200 to 30000')
}
