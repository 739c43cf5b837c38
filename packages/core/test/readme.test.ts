import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import * as core from '../src/index.js'

type Log = (...values: unknown[]) => void

/** The example of README.md as a function of what it imports and of its console. */
function example(): (library: typeof core, console: { log: Log }) => void {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const code = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''
  const body = code.replace(/^import (\{.*?\}) from '@holdfast\/core'$/m, 'const $1 = library')
  // oxlint-disable-next-line typescript/no-implied-eval, no-new-func -- the README's own text, run word for word
  return new Function('library', 'console', body) as ReturnType<typeof example>
}

it('shows what the README says it shows', () => {
  const lines: unknown[][] = []
  example()(core, { log: (...values) => lines.push(values) })
  expect(lines).toEqual([['11 bytes'], [250], ['malformed', { count: 268435455, remaining: 0 }]])
})
