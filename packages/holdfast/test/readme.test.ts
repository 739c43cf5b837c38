import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { HEAP } from './support/known-cuts.js'
import { runCommand } from './support/run-command.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

test('the options of the README are those of the command', async () => {
  const options = (text: string, pattern: RegExp): string[] =>
    [...text.matchAll(pattern)].map((match) => match[1]).sort()
  const { stdout } = await runCommand(['replay', '--help'])
  const offered = options(stdout, /^ +(?:-\w, )?(--[\w-]+)/gm).filter((option) => option !== '--help')
  expect(options(readme, /^\| `(--[\w-]+)/gm)).toEqual(offered)
})

test('the replay that the README shows is right', async () => {
  const [, line] = /^\$ holdfast (replay .+)$/m.exec(readme) ?? []
  const args = line.replace('fixtures', dirname(HEAP)).split(' ')
  const { code, stdout } = await runCommand([...args, '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ garbage: 9424, ok: true })
  expect(code).toBe(0)
})
