import { describe, expect, it } from 'vitest'
import { Late } from '../src/late.js'

/** A part that is loaded when the test says so. */
function late() {
  const loads: { arrive: (part: string) => void; fail: (error: Error) => void }[] = []
  const part = new Late(() => new Promise<string>((arrive, fail) => loads.push({ arrive, fail })))
  return { part, loads }
}

describe('a part that is loaded when it is needed first', () => {
  it('is loaded once for all who ask, and is there from then on', async () => {
    const { part, loads } = late()
    expect([part.here, loads.length]).toEqual([null, 0])
    const both = [part.load(), part.load()]
    loads[0].arrive('part')
    expect(await Promise.all([...both, part.load()])).toEqual(['part', 'part', 'part'])
    expect([part.here, loads.length]).toEqual(['part', 1])
  })

  it('does what it is asked for in order, before it is there and after', async () => {
    const { part, loads } = late()
    const done: string[] = []
    const acquire = part.load().then(() => done.push('acquire'))
    part.ifWanted(() => done.push('revoke'))
    loads[0].arrive('part')
    await acquire
    await Promise.resolve()
    expect(done).toEqual(['acquire', 'revoke'])
    part.ifWanted((there) => done.push(there))
    expect(done).toEqual(['acquire', 'revoke', 'part'])
  })

  it('does nothing with what nobody has ever needed', async () => {
    const { part, loads } = late()
    part.ifWanted(() => expect.unreachable())
    await Promise.resolve()
    expect(loads).toEqual([])
  })

  it('that cannot be loaded tells all who wait, and is tried again for the next', async () => {
    const { part, loads } = late()
    const failed = part.load()
    part.ifWanted(() => expect.unreachable())
    loads[0].fail(new TypeError('no such chunk'))
    await expect(failed).rejects.toThrow('no such chunk')
    const again = part.load()
    loads[1].arrive('part')
    expect(await again).toBe('part')
  })
})
