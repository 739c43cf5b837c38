/** A coordinator that has coordinated before (a rehearsal does) still is lost after the first report of the round asked for. */
import { VirtualClock } from '@holdfast/transport'
import { describe, expect, it } from 'vitest'
import { LocalMember } from '../src/graph/local-member.js'

describe('the next report', () => {
  it('is none of an earlier round', async () => {
    const clock = new VirtualClock()
    const member = new LocalMember({
      name: 'judge',
      names: ['judge'],
      clock,
      connect: () => {},
      lease: { term: 1000, drift: 0.01 },
      createGraph: undefined,
    })
    await member.collectCycles(['judge'])
    let reports = 0
    const next = member.nextReport().then(() => reports++)
    await new Promise((resolve) => setImmediate(resolve))
    expect(reports).toBe(0)
    await Promise.all([member.collectCycles(['judge']), next])
    expect(reports).toBe(1)
    member.lose()
  })
})
