/** How many seeds it takes to notice that a rule is missing, for each rule, as a table in Markdown. */
import { RULES, type Rule } from '@holdfast/core'
import { type RunOptions, runSeed } from '../run.js'
import { checkerOf } from '../shrink.js'

/** So many failures make a mean. */
const WANTED = 5

export interface RulesTableOptions extends Omit<RunOptions, 'seed' | 'without'> {
  /** All when left out. */
  readonly rules?: readonly Rule[]
  readonly first: number
  /** Gives a rule up after so many seeds. */
  readonly patience: number
}

/** Lines of the table, one at a time: each takes a while. */
export function* rulesTable({ rules = RULES, first, patience, ...options }: RulesTableOptions): Generator<string> {
  yield '| rule | seeds | seen by |'
  yield '|---|---:|---|'
  for (const rule of rules) {
    const seenBy = new Set<string>()
    let seeds = 0
    let failures = 0
    for (; failures < WANTED && seeds < patience; seeds++) {
      const { violation } = runSeed({ ...options, seed: first + seeds, without: [rule] })
      if (violation === null) continue
      failures++
      seenBy.add(checkerOf(violation))
    }
    const mean = failures === 0 ? `> ${seeds}` : String(Math.ceil(seeds / failures))
    yield `| \`${rule}\` | ${mean} | ${[...seenBy].map((checker) => `\`${checker}\``).join(', ')} |`
  }
}
