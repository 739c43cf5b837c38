import { readFileSync } from 'node:fs'
import { ObjectHeap } from '@holdfast/heap/object-heap'
import { expect, it } from 'vitest'
import * as collector from '../src/index.js'

type Log = (...values: unknown[]) => void

/** The example of README.md as a function of what it imports and of its console. */
function example(): (library: object, console: { log: Log }) => void {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const code = /```js\n(.*?)```/s.exec(readme)?.[1] ?? ''
  const body = code.replace(/^import (\{.*?\}) from '@holdfast\/.*'$/gm, 'const $1 = library')
  // oxlint-disable-next-line typescript/no-implied-eval, no-new-func -- the README's own text, run word for word
  return new Function('library', 'console', body) as ReturnType<typeof example>
}

it('shows what the README says it shows', () => {
  const lines: unknown[][] = []
  example()({ ...collector, ObjectHeap }, { log: (...values) => lines.push(values) })
  expect(lines).toEqual([
    ['alice frees', 0, 1],
    ['alice', 'frees', 1],
    [
      { exports: 0, imports: 0, pins: 0 },
      { exports: 0, imports: 0, pins: 0 },
    ],
  ])
})
