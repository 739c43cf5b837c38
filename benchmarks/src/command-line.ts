import { UsageError } from '@holdfast/core'
import { Command, CommanderError } from 'commander'
import { isSuiteName, SUITE_NAMES, SUITES, type SuiteName } from './suites.js'

/** What to measure, and what to do with it. */
export interface RunRequest {
  readonly kind: 'run'
  /** Each once, in the order given; all of them when none was named. */
  readonly suites: readonly SuiteName[]
  readonly quick: boolean
  /** Fail when a bar is missed. */
  readonly check: boolean
  /** Where to write the results, too. */
  readonly json: string | null
  /** Where each variant's process leaves a CPU profile. */
  readonly profile: string | null
  /** Whether a run of all suites is added to the history. */
  readonly history: boolean
}

/** What was asked for. All but `run` measure nothing. */
export type Request =
  | RunRequest
  | { readonly kind: 'check'; readonly from: string }
  | { readonly kind: 'compare'; readonly from: string | null }
  | { readonly kind: 'accept' }
  | { readonly kind: 'draw' }
  | { readonly kind: 'document'; readonly from: string }

interface Flags {
  readonly quick?: true
  readonly check?: true
  readonly json?: string
  readonly profile?: string
  readonly history: boolean
  readonly from?: string
  readonly compare?: string | true
  readonly accept?: true
  readonly draw?: true
  readonly document?: string
}

/**
 * @returns null when help was asked for, which has been written
 * @throws UsageError `bad-arguments` with one line for the user
 */
export function parseCommandLine(args: readonly string[], write?: (text: string) => void): Request | null {
  const program = createProgram()
  if (write !== undefined) program.configureOutput({ writeOut: write })
  try {
    program.parse(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return null
    throw new UsageError('bad-arguments', error.message.replace(/^error: /, ''))
  }
  return requestOf(program.args, program.opts<Flags>())
}

function requestOf(names: readonly string[], flags: Flags): Request {
  const unknown = names.find((name) => !isSuiteName(name))
  if (unknown !== undefined)
    throw new UsageError('bad-arguments', `no suite is called '${unknown}'; there are ${SUITE_NAMES.join(', ')}`)
  const { compare, accept = false, draw = false, document, from, check = false } = flags
  const asked: Request[] = []
  if (from !== undefined && check) asked.push({ kind: 'check', from })
  if (compare !== undefined) asked.push({ kind: 'compare', from: compare === true ? null : compare })
  if (accept) asked.push({ kind: 'accept' })
  if (draw) asked.push({ kind: 'draw' })
  if (document !== undefined) asked.push({ kind: 'document', from: document })
  if (from !== undefined && !check)
    throw new UsageError('bad-arguments', '--from is for --check: it says what is checked')
  if (asked.length === 0) return runRequest(names.filter(isSuiteName), flags)
  const runs = names.length > 0 || flags.quick === true || flags.json !== undefined || flags.profile !== undefined
  if (asked.length > 1 || runs)
    throw new UsageError('bad-arguments', `--${asked[0].kind} measures nothing and stands alone`)
  return asked[0]
}

function runRequest(names: readonly SuiteName[], flags: Flags): RunRequest {
  const { quick = false, check = false, json = null, profile = null, history } = flags
  const suites = names.length === 0 ? SUITE_NAMES : [...new Set(names)]
  // A profiled run is slower than any other.
  return {
    kind: 'run',
    suites,
    quick,
    check,
    json,
    profile,
    history: history && names.length === 0 && profile === null,
  }
}

function createProgram(): Command {
  const suites = SUITE_NAMES.map((name) => `  ${name.padEnd(12)}${SUITES[name].summary}`)
  return new Command('npm run bench --')
    .description('What Holdfast costs, each number beside its limit and its peers in the same run.')
    .argument('[suites...]', 'which to run; all unless named')
    .option('--quick', 'smaller sizes and fewer rounds, every bar: within 8 minutes on two cores')
    .option('--check', 'fail when a bar is not reached, or missing')
    .option('--json <file>', 'write all rows there')
    .option('--profile <folder>', 'leave a CPU profile of each process there, and say where the time went')
    .option('--no-history', 'add no line to benchmarks/history.ndjson, as a run of all suites does')
    .option('--from <file>', 'measure nothing: with --check, check what --json wrote')
    .option('--compare [file]', 'compare what --json wrote, or the last run of the history, with the last accepted run')
    .option('--accept', 'accept the last run of the history: later ones are compared with it')
    .option('--draw', 'draw the history: docs/performance/history-*.svg')
    .option('--document <file>', 'make tables and plots of docs/performance.md anew from what --json wrote')
    .addHelpText('after', `\nSuites:\n${suites.join('\n')}\n${EXAMPLES}`)
    .configureOutput({ writeErr: () => {} })
    .exitOverride()
}

const EXAMPLES = `
Examples:
  npm run --silent bench -- --quick --check                  every bar, and whether it is reached
  npm run --silent bench -- marking leases --json after.json
  npm run --silent bench -- calls --profile /tmp/profiles    where the time goes
  npm run --silent bench -- --compare                        has a ratio got worse since the last accepted run?
  npm run --silent bench -- --document after.json

Tables go to stdout, progress to stderr. Exit code: 0 all is well, 1 a suite failed, a bar was missed (--check) or a figure
got worse (--compare), 2 wrong input.
`
