/** The command line: commands, options, help. */
import { readFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { demo } from '../demo/demo.js'
import { CUTS } from '../heap-graph/cut.js'
import { PARTITIONS } from '../heap-graph/partition.js'
import { COLLECTORS } from '../replay/collection.js'
import { replay } from '../replay/replay.js'
import type { CreateCluster } from '../replay/surroundings.js'
import {
  parseCollectors,
  parseCount,
  parseLoss,
  parseNodeCount,
  parseNodes,
  parseSeed,
  parseTerm,
} from './option-parsers.js'
import { presentReplay } from './present-replay.js'
import { createProgress } from './progress.js'
import { type ReplayFlags, toReplayOptions } from './replay-flags.js'

/** What a command needs besides its arguments. */
export interface Session {
  readonly signal: AbortSignal
  /** Says how it ended. */
  readonly exit: (code: number) => void
}

/** Builds the command line. It throws CommanderError instead of ending the process. */
export function createProgram(session: Session): Command {
  const program = new Command('holdfast')
    .description('A distributed garbage collector for TypeScript: see it collect.')
    .version(packageVersion())
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({
      outputError: (message, write) =>
        write(
          `holdfast: ${message
            .replace(/^error: /, '')
            .trimEnd()
            .replaceAll('\n', ' ')}\n`,
        ),
    })
    .addHelpText('after', HELP_EXAMPLES)
  addReplay(program, session)
  addDemo(program, session)
  addProcesses(program, session)
  return program
}

function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return (manifest as { version: string }).version
}

/** Loaded when it is needed: `--help` and mistakes answer without starting half of Holdfast. */
const createCluster: CreateCluster = async (options) => {
  const { startGraphCluster } = await import('@holdfast/worker')
  return startGraphCluster(options)
}

function addReplay(program: Command, { signal, exit }: Session): void {
  program
    .command('replay')
    .description(`Spread a program's heap over nodes, let go of a part, and see whether exactly the right objects go.`)
    .argument('<file>', 'a heap snapshot (.heapsnapshot) or an object graph (.rhg), gzipped or not')
    .option('--nodes <n>', 'nodes that hold objects, 1 to 16', parseNodes, 4)
    .addOption(new Option('--partition <kind>', 'how objects are spread').choices(PARTITIONS).default('hash'))
    .addOption(new Option('--cut <kind>', 'what is let go of').choices(CUTS).default('roots'))
    .option('--count <k>', `how many of them, or 'all'`, parseCount, 'all')
    .option('--seed <s>', 'of the draw and of all chance, 0 to 4294967295', parseSeed, 1)
    .addOption(
      new Option('--graph <kind>', `what the coordinator's reference graph is built on`)
        .choices(['graphology', 'compact', 'auto'])
        .default('auto'),
    )
    .addOption(
      new Option('--collectors <list>', 'which take part')
        .argParser(parseCollectors)
        .default([...COLLECTORS], COLLECTORS.join(',')),
    )
    .addOption(
      new Option('--transport <kind>', 'worker threads, or all nodes in this thread')
        .choices(['message-port', 'memory'])
        .default('message-port'),
    )
    .option('--loss <p>', 'share of frames lost, 0 ≤ p < 1 (memory only)', parseLoss)
    .option('--coordinator <i>', 'the node that coordinates, from 0; without it one that holds nothing', parseNodeCount)
    .option(
      '--kill <n>',
      'kill so many nodes after the cut, drawn by the seed; leases free what they held',
      parseNodeCount,
      0,
    )
    .option('--lease-term <ms>', 'how long a silent node is trusted; 500 for worker threads with --kill', parseTerm)
    .option('--replace-coordinator', 'lose the coordinator after the first report; another node takes over')
    .option('--cold', 'without the rehearsal on small graphs that lets V8 compile the collector first')
    .option('--settled', 'hold a round before the cut: later reports carry changes only, as in a cluster that runs on')
    .option('--json', 'print the result as one line of JSON')
    .addHelpText('after', REPLAY_EXAMPLES)
    .action(async (file: string, flags: ReplayFlags) => {
      const options = toReplayOptions(file, flags)
      const progress = createProgress(flags.json === true ? process.stderr : process.stdout)
      try {
        const result = await replay(options, { createCluster, progress, signal })
        process.stdout.write(flags.json === true ? `${JSON.stringify(result)}\n` : presentReplay(result, options))
        exit(result.ok ? 0 : 1)
      } finally {
        progress.stop()
      }
    })
}

function addDemo(program: Command, { signal, exit }: Session): void {
  program
    .command('demo')
    .description(
      'Watch seven things being let go of and collected: one by killing a worker, a real heap last. Takes less than a minute.',
    )
    .action(async () => {
      const progress = createProgress(process.stdout)
      try {
        const right = await demo({ createCluster, progress, signal }, (line) => process.stdout.write(`${line}\n`))
        exit(right ? 0 : 1)
      } finally {
        progress.stop()
      }
    })
}

function addProcesses(program: Command, { signal, exit }: Session): void {
  program
    .command('processes')
    .description(
      'Watch three processes over WebSockets, or on a NATS server: one is killed, and what it held is freed.',
    )
    .option('--nats <url>', 'a NATS server with JetStream to meet at, as nats://127.0.0.1:4222')
    .action(async ({ nats }: { readonly nats?: string }) => {
      const { playProcesses } = await import('../processes/play.js')
      const print = (line: string): void => void process.stdout.write(`${line}\n`)
      exit((await playProcesses({ nats, print, signal })) ? 0 : 1)
    })
}

const HELP_EXAMPLES = `
Examples:
  $ holdfast demo
  $ holdfast processes
  $ holdfast replay heap.rhg.gz --nodes 8
  $ holdfast replay --help

Exit code: 0 exactly the right objects were freed, 1 they were not, 2 wrong input.`

const REPLAY_EXAMPLES = `
Examples:
  Drop the whole program, on 4 worker threads:
    $ holdfast replay heap.rhg.gz
  Your own program's heap, written by v8.writeHeapSnapshot() or by Chrome:
    $ holdfast replay Heap.20260101.120000.1.0.001.heapsnapshot --cut nodes --count 2000
  Let go of 2,000 objects; see what reference listing alone cannot free:
    $ holdfast replay heap.rhg.gz --cut nodes --count 2000 --collectors refcount
  Kill one of the workers, and see leases free what it alone held:
    $ holdfast replay heap.rhg.gz --cut roots --count 5000 --kill 1
  The same in virtual time, two of four nodes, one of them perhaps the coordinator:
    $ holdfast replay heap.rhg.gz --kill 2 --coordinator 0 --transport memory --lease-term 5000
  Over a network that loses every fifth frame, for a script:
    $ holdfast replay heap.rhg.gz --transport memory --loss 0.2 --json | jq .freedBy

Exit code: 0 exactly the right objects were freed, 1 they were not, 2 wrong input.`
