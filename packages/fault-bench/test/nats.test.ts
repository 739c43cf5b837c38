/** A short run of the whole bench over a NATS server. */
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { faults, leftOf } from './support.js'

describe('processes joined by NATS, with faults all the time', () => {
  it('L2, X2: lose nothing, and what nobody holds is gone', async () => {
    const { code, lines, errors } = await faults([
      '--transport',
      'nats',
      '--minutes',
      '0.5',
      '--term',
      '800',
      '--seed',
      '351',
    ])
    expect([code, lines.at(-1)], [...lines, errors].join('\n')).toEqual([
      0,
      expect.stringMatching(/^NATS, seed 351, \d+:\d\d: \d+ faults injected, \d+ checks, nothing lost$/),
    ])
    expect(lines.join('\n')).toMatch(/^(kill|stop) server +\d+/m)
  }, 180_000)

  it('end at Ctrl-C, and leave no process and no folder', async () => {
    const term = '1019'
    const temporary = mkdtempSync(join(tmpdir(), 'holdfast-interrupted-'))
    const args = ['--transport', 'nats', '--minutes', '5', '--term', term]
    const { code, lines } = await faults(args, { interruptAfter: 4000, temporary })
    expect([code, lines.at(-1)]).toEqual([130, expect.stringMatching(/nothing lost, interrupted$/)])
    expect(leftOf(temporary, `"term":${term}`)).toEqual([])
    rmdirSync(temporary)
  })
})
