/** The command line, and what it leaves behind. */
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { faults, leftOf } from './support.js'

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
    // A term that no other run has, to be found by.
    const term = '1017'
    const temporary = mkdtempSync(join(tmpdir(), 'holdfast-interrupted-'))
    const { code, lines } = await faults(['--minutes', '5', '--term', term], { interruptAfter: 4000, temporary })
    expect([code, lines.at(-1)]).toEqual([
      130,
      expect.stringMatching(/faults injected, 0 checks, nothing lost, interrupted$/),
    ])
    expect(leftOf(temporary, `"term":${term}`)).toEqual([])
    rmdirSync(temporary)
  })
})
