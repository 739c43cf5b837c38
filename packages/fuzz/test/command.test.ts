/** The `fuzz` command, from options to exit code. */
import { describe, expect, it } from 'vitest'
import { createProgram, type Flags } from '../src/cli/program.js'
import { type Output, runFuzz } from '../src/cli/run-fuzz.js'

function flagsOf(...args: string[]): Promise<Flags> {
  return new Promise((resolve, reject) => {
    const program = createProgram((flags) => Promise.resolve(resolve(flags)))
    program.configureOutput({ writeErr: () => {}, writeOut: () => {} })
    program.parseAsync(args, { from: 'user' }).catch(reject)
  })
}

function recorder(): { output: Output; lines: string[] } {
  const lines: string[] = []
  let time = 0
  const output = { out: (line: string) => lines.push(line), status: () => {}, now: () => time++, drawSeed: () => 7 }
  return { output, lines }
}

describe('the command', () => {
  it.each([
    ['a target that is none', '--target', 'nothing'],
    ['no runs', '--runs', '0'],
    ['half a run', '--runs', '1.5'],
    ['no time', '--minutes', '0'],
    ['a seed of nothing', '--seed', '0'],
    ['an odd number of digits', '--input', '0a1'],
  ])('refuses %s', async (_what, ...args) => {
    await expect(flagsOf(...args)).rejects.toMatchObject({ exitCode: 1 })
  })

  it('says which seed it drew, and what each target reached', async () => {
    const { output, lines } = recorder()
    expect(await runFuzz(await flagsOf('--runs', '80', '--target', 'reports'), output)).toBe(0)
    expect(lines[0]).toBe('seed 7')
    expect(lines[1]).toMatch(/^reports +80 inputs, \d+ of them led to new code, \d+ blocks of code reached$/)
  })

  it('runs one input', async () => {
    const { output, lines } = recorder()
    expect(await runFuzz(await flagsOf('--target', 'frames', '--input', '020d01'), output)).toBe(0)
    expect(lines).toEqual(['nothing found'])
  })

  it('needs the target of an input', async () => {
    await expect(runFuzz(await flagsOf('--input', '00'), recorder().output)).rejects.toThrow('no-target')
  })
})
