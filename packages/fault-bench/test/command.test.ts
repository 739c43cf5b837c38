/** The command line, and what it leaves behind. */
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { faults } from './support.js'

/** Of processes whose command line has a word in it. */
function processesOf(word: string): string[] {
  return readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry)) return false
    try {
      return readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(word)
    } catch {
      return false
    }
  })
}
const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('holdfast-faults-'))

describe('the command', () => {
  it.each([
    ['a network that is none', '--transport', 'pigeons'],
    ['no time', '--minutes', '0'],
    ['a seed of nothing', '--seed', '0'],
    ['too few members', '--members', '2'],
    ['a term that is too short', '--term', '50'],
    ['an option that is none', '--fast'],
  ])('refuses %s', async (_what, ...args) => {
    const { code, errors } = await faults(args)
    expect([code, errors]).toEqual([2, expect.stringContaining(`error: `)])
  })

  it('says what there is, with examples', async () => {
    const { code, lines } = await faults(['--help'])
    expect(code).toBe(0)
    expect(lines.join('\n')).toContain('$ npm run faults -- --transport nats --minutes 30 --seed 7')
  })

  it('ends at Ctrl-C, and leaves no process and no folder', async () => {
    const before = folders()
    // A term that no other run has, to be found by.
    const term = '1017'
    let isTold = false
    const { code, lines } = await faults(['--minutes', '5', '--term', term], (_, pid) => {
      if (isTold) return
      isTold = true
      setTimeout(() => process.kill(pid, 'SIGINT'), 4000)
    })
    expect([code, lines.at(-1)]).toEqual([
      130,
      expect.stringMatching(/faults injected, 0 checks, nothing lost, interrupted$/),
    ])
    expect(processesOf(`"term":${term}`)).toEqual([])
    expect(folders().filter((name) => !before.includes(name))).toEqual([])
  })
})
