import { readFileSync } from 'node:fs'
import { MessageChannel } from 'node:worker_threads'
import * as core from '@holdfast/core'
import { expect, test } from 'vitest'
import * as session from '../src/index.js'

/** The example of the README as it stands there, its imports taken from here. */
function example(): { code: string; comments: string[] } {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const block = /```ts\n(.*?)```/s.exec(readme)?.[1]
  if (block === undefined) throw new Error('the README has no example')
  const code = block.replace(/^import \{(.*)\} from '@holdfast\/(core|session)'$/gm, 'const {$1} = $2')
  return { code, comments: [...block.matchAll(/^\/\/ (.*)$/gm)].map((match) => match[1]) }
}

test('the example of the README does what it says', async () => {
  const { code, comments } = example()
  const lines: string[] = []
  const ports: MessageChannel[] = []
  class Tracked extends MessageChannel {
    constructor() {
      super()
      ports.push(this)
    }
  }
  await new Promise<void>((resolve) => {
    const console = {
      log: (line: string) => {
        if (lines.push(line) === comments.length) resolve()
      },
    }
    // oxlint-disable-next-line typescript/no-implied-eval, no-new-func -- the README's own text, run word for word
    const run = new Function('core', 'session', 'console', 'MessageChannel', code) as (...given: unknown[]) => void
    run(core, session, console, Tracked)
  })
  // Time for the acknowledgements, and for lines that should not be there.
  await new Promise((resolve) => setTimeout(resolve, 60))
  for (const { port1 } of ports) port1.close()
  expect(comments).toHaveLength(2)
  expect(lines.toSorted()).toEqual(comments.toSorted())
})
