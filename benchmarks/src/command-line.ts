import { parseArgs } from 'node:util'
import { UsageError } from '@holdfast/core'
import { isSuiteName, SUITE_NAMES, SUITES, type SuiteName } from './suites.js'

/** What the user asked for. */
export interface CommandLine {
  readonly help: boolean
  readonly quick: boolean
  /** Where to write the results, too. */
  readonly json: string | null
  /** Each once, in the order given; all of them when none was named. */
  readonly suites: readonly SuiteName[]
}

/** @throws UsageError `bad-arguments` with one line for the user */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args)
  const unknown = positionals.find((name) => !isSuiteName(name))
  if (unknown !== undefined)
    throw new UsageError('bad-arguments', `no suite is called '${unknown}'; there are ${SUITE_NAMES.join(', ')}`)
  const named = [...new Set(positionals.filter(isSuiteName))]
  return {
    help: values.help,
    quick: values.quick,
    json: values.json ?? null,
    suites: named.length === 0 ? SUITE_NAMES : named,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
      },
    })
  } catch (error) {
    throw new UsageError('bad-arguments', error instanceof Error ? error.message : String(error))
  }
}

export function helpText(): string {
  const suites = SUITE_NAMES.map((name) => `  ${name.padEnd(9)}${SUITES[name].summary}`)
  return `Usage: npm run bench -- [suite ...] [--quick] [--json FILE]

Suites (all unless named):
${suites.join('\n')}

Options:
  --quick      smaller sizes, fewer repeats: a few minutes
  --json FILE  write the tables, and what they were measured on, to a file as well
  -h, --help   this

Examples:
  $ npm run --silent bench -- --quick
  $ npm run --silent bench -- marking rings --json before.json
`
}
