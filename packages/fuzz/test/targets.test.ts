/** Everything that a peer can send, with a fixed seed; `HOLDFAST_RUNS` inputs for each target, 192 when it is not given. */
import { describe, expect, it } from 'vitest'
import { fuzz } from '../src/fuzz.js'
import { TARGETS } from '../src/targets/all.js'

const RUNS = Number(process.env['HOLDFAST_RUNS'] ?? 192)

describe('what a peer sends', () => {
  it.each(TARGETS)('harms nobody and leaves nothing behind: $about', async (target) => {
    const { finding, kept } = await fuzz({ target, runs: RUNS, seed: 20 })
    expect(finding).toBeNull()
    expect(kept).toBeGreaterThan(target.seeds().length)
  })
})
