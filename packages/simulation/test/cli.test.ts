import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { coverageTable, short } from '../src/cli/coverage-table.js'
import { parseRules } from '../src/cli/option-parsers.js'
import { parseRegression } from '../src/index.js'

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

/** Runs the built command; a failure's output is what counts, too. */
async function simulate(...args: string[]): Promise<{ code: number; lines: string[]; errors: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [MAIN, ...args])
    return { code: 0, lines: stdout.trimEnd().split('\n'), errors: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, lines: stdout.trimEnd().split('\n'), errors: stderr }
  }
}

describe('simulate', () => {
  it('runs seeds, prints the first, and ends with 0 when nothing is violated', async () => {
    const { code, lines } = await simulate('--seeds', '30', '--start', '5', '--jobs', '2')
    expect(lines[0]).toBe('from seed 5 on')
    expect(lines.at(-1)).toMatch(/^30 seeds in .* nothing violated$/)
    expect(code).toBe(0)
  })

  it('ends with 1 and the command that replays what was violated', async () => {
    const found = await simulate('--seeds', '50', '--start', '1', '--workload', 'rings', '--without', 'absent')
    expect(found.code).toBe(1)
    const command = /^npm run simulate -- (.*)$/.exec(found.lines.at(-1) ?? '')?.[1] ?? ''
    const again = await simulate(...command.split(' '))
    expect(again.code).toBe(1)
    const seed = /--seed (\d+)/.exec(command)?.[1]
    const said = found.lines.find((line) => line.startsWith(`seed ${seed} `)) ?? ''
    expect(again.lines[0]).toContain(/VIOLATED.*? ([a-z-]+:.*)$/.exec(said)?.[1])
    expect(again.lines.at(-1)).toBe(found.lines.at(-1))
  })

  it('fails as its examples say, in words and cut down', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const { lines: help } = await simulate('--help')
    const example = /npm run simulate -- (--seed \d+ --without \w+ --shrink)/
    const [, args = ''] = example.exec(help.join('\n')) ?? []
    expect(readme).toContain(args)
    const { code, lines } = await simulate(...args.split(' '))
    expect(code).toBe(1)
    expect(lines.at(-2)).toMatch(/^VIOLATED/)
  })

  it('keeps a failing seed, cut down, as a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'simulate-'))
    try {
      const args = ['--workload', 'rings', '--without', 'absent-means-live']
      const { lines } = await simulate('--seeds', '50', '--start', '1', ...args)
      const seed = /--seed (\d+)/.exec(lines.at(-1) ?? '')?.[1] ?? ''
      const { code } = await simulate('--seed', seed, ...args, '--save', 'kept', '--into', folder)
      expect(code).toBe(1)
      const kept = parseRegression(await readFile(join(folder, 'kept.json'), 'utf8'))
      expect(kept.without).toEqual(['absent-means-live'])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it.each([
    ['--nodes', '7'],
    ['--seed', 'x'],
    ['--without', 'C'],
    ['--workload', 'none'],
  ])('refuses %s %s with 2 and one line', async (...args) => {
    const { code, errors } = await simulate(...args, '--seeds', '1')
    expect(code).toBe(2)
    expect(errors.trimEnd().split('\n')).toHaveLength(1)
  })
})

it('rules go by the beginnings of their names', () => {
  expect(parseRules('C4,dropRef')).toEqual(['C4-uses-received', 'dropRef-checks-g'])
  expect(() => parseRules('unacked')).toThrow('could be')
  expect(() => parseRules('nothing')).toThrow('There are')
})

it('counts fit their columns', () => {
  expect([0, 999, 1000, 15_400, 2_000_000].map(short)).toEqual(['0', '999', '1.0k', '15k', '2.0M'])
})

it('a fault that never happened in a phase shows as a dot', () => {
  const table = coverageTable({ crash: 3, 'crash × gift sent': 2 })
  const row = table.split('\n').find((line) => line.startsWith('crash'))
  expect(row?.split(/\s+/).slice(0, 4)).toEqual(['crash', '3', '2', '·'])
})
