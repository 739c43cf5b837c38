/** A short run of the whole bench over a NATS server. */
import { describe, expect, it } from 'vitest'
import { faults } from './support.js'

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
})
