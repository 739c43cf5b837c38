import { describe, expect, it } from 'vitest'
import { runScenario } from '../dist/leaks/run-scenario.js'

describe('the leak scenarios', () => {
  it('see what is freed', async () => {
    expect(await runScenario('holdfast', 'dropped')).toMatchObject({ left: 0 })
    expect(await runScenario('holdfast', 'cycle')).toMatchObject({ left: 0 })
  })

  it('see what leaks', async () => {
    expect(await runScenario('comlink', 'cycle')).toMatchObject({ left: 100 })
  })

  it('see calls that hang, and those that do not', async () => {
    expect(await runScenario('comlink', 'call')).toEqual({ underWay: null, later: null })
    const { underWay, later } = (await runScenario('holdfast', 'call')) as { underWay: number; later: number }
    expect(underWay).toBeLessThan(1000)
    expect(later).toBeLessThan(1000)
  })
})
