/** The command line of the scale mode. */
import { writeFileSync } from 'node:fs'
import { UsageError } from '@holdfast/core'
import { Command } from 'commander'
import { tableAsText } from '../document/table.js'
import { tablesOf } from '../document/tables.js'
import { writeDocument } from '../document/write-document.js'
import { planOf } from '../scenarios/plan.js'
import { measureAll } from './measure-all.js'
import { type Measurements, readMeasurements } from './measurements.js'
import { parseNodes } from './option-parsers.js'

interface Flags {
  readonly quick?: true
  readonly nodes?: readonly number[]
  readonly json?: string
  readonly docs?: true
  readonly from?: string
}

const EXAMPLES = `
Examples:
  npm run scale -- --quick                     half a minute, small worlds
  npm run scale -- --nodes 10,100              only so many nodes on the curves over nodes
  npm run scale -- --json /tmp/scale.json      everything, numbers kept
  npm run scale -- --docs                      everything (20 minutes, 7 GB), then docs/scale.md and its plots
  npm run scale -- --from /tmp/scale.json --docs   the documents of an earlier run

Every run checks that exactly the garbage goes, that all else stays, and that every table ends as it should: exit code 1
if not. Tables go to stdout, progress to stderr.`

/** Builds the command line. It throws CommanderError instead of ending the process. */
export function createProgram(): Command {
  return new Command('scale')
    .description('What Holdfast costs as a cluster grows: nodes, suspects, live objects, rings, leases, hubs.')
    .option('--quick', 'small worlds only')
    .option('--nodes <list>', 'how many nodes on the curves over nodes, with commas', parseNodes)
    .option('--json <file>', 'write all numbers there')
    .option('--docs', 'write docs/scale.md and docs/scale/*.svg; takes a whole run')
    .option('--from <file>', 'measure nothing: take what --json wrote')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .action(run)
}

async function run(flags: Flags): Promise<void> {
  const { quick = false, nodes, json, docs = false, from } = flags
  if (from !== undefined && (quick || nodes !== undefined)) {
    throw new UsageError('bad-options', '--from measures nothing: it goes without --quick and --nodes')
  }
  const isWhole = !quick && nodes === undefined
  if (docs && !isWhole) {
    throw new UsageError('bad-options', '--docs takes a whole run: it goes without --quick and --nodes')
  }
  const progress = (line: string): void => void process.stderr.write(`${line}\n`)
  const measurements =
    from === undefined ? await measureAll(planOf({ quick, nodes }), { isWhole, progress }) : readMeasurements(from)
  present(measurements)
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(measurements)}\n`)
  if (docs) for (const file of writeDocument(measurements)) progress(`wrote ${file}`)
}

function present({ points, seconds }: Measurements): void {
  for (const table of tablesOf(points).values()) process.stdout.write(`${tableAsText(table)}\n`)
  process.stdout.write(`${points.length} worlds checked: exactly the garbage went. ${seconds} s\n`)
}
