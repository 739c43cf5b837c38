/** The command line: options and help. */
import { Command, Option } from 'commander'
import { WORKLOADS } from '../workloads/all.js'
import { parseCount, parseJobs, parseMinutes, parseNodes, parseRules, parseSeed, parseSteps } from './option-parsers.js'
import type { Flags } from './simulate.js'

const REGRESSIONS = 'packages/simulation/test/regressions'

/** Builds the command line. It throws CommanderError instead of ending the process. */
export function createProgram(run: (flags: Flags) => Promise<void>): Command {
  return new Command('simulate')
    .description('Attacks the collector in a deterministic world: every interleaving and fault follows from a seed.')
    .option('--seed <n>', 'run this one seed, exactly as it ran before', parseSeed)
    .option('--seeds <n>', 'run so many (default 1000, or as many as fit into --minutes)', parseCount)
    .option('--start <n>', 'the first of them; drawn and printed when left out', parseSeed)
    .option('--minutes <m>', 'run for so long', parseMinutes)
    .addOption(new Option('--workload <name>', 'drawn when left out').choices(WORKLOADS.map(({ name }) => name)))
    .option('--nodes <n>', 'nodes that hold objects, 2 to 6; drawn when left out', parseNodes)
    .option('--steps <n>', 'steps before the ending (default 150)', parseSteps)
    .option('--without <rules>', 'switch rules off, by the beginnings of their names', parseRules)
    .option('--rules', 'tell how many seeds it takes to notice that a rule is missing, for each rule')
    .option('--trace', 'tell what happens, in words (with --seed)')
    .option('--shrink', 'cut a failing seed down to what matters (with --seed)')
    .option('--save <name>', 'and keep it as a regression test (with --seed)')
    .option('--into <folder>', 'where that goes', REGRESSIONS)
    .option('--jobs <n>', 'threads; as many as there are cores when left out', parseJobs)
    .exitOverride()
    .showSuggestionAfterError(false)
    .addHelpText('after', EXAMPLES)
    .action((flags: Flags) => run(flags))
}

const EXAMPLES = `
Workloads:
${WORKLOADS.map(({ name, about }) => `  ${name.padEnd(18)} ${about}`).join('\n')}

Examples:
  $ npm run simulate -- --minutes 10
  $ npm run simulate -- --seeds 100000 --start 1 --workload rings
  How soon is it noticed that a rule of the protocol is missing?
  $ npm run simulate -- --without C4
  ... for each rule (of those, if --without names some), as a table:
  $ npm run simulate -- --rules --seeds 2000 --start 1
  What happened there, in words, and no more than what matters:
  $ npm run simulate -- --seed 38 --without dropRef --shrink
  Keep it as a test:
  $ npm run simulate -- --seed 38 --without dropRef --save drop-that-crossed-a-grant

Exit code: 0 nothing was violated, 1 something was (the last line is the command that replays it), 2 wrong input.`
