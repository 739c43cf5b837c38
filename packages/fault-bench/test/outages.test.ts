import { describe, expect, it } from 'vitest'
import { Outages } from '../src/controller/outages.js'

describe('two processes', () => {
  const pairs = [['a', 'b']] as const

  it('are out of reach for half of a quarantine at most, without time to meet in between', () => {
    const outages = new Outages(1000, 50)
    outages.add(pairs, 0, 400)
    expect(outages.mayBe([['b', 'a']], 450, 40)).toBe(true)
    expect(outages.mayBe([['b', 'a']], 450, 200)).toBe(false)
    expect(outages.mayBe([['b', 'c']], 450, 200)).toBe(true)
    expect(outages.mayBe([['b', 'a']], 601, 200)).toBe(true)
  })

  it('are so for as long as it has really taken', () => {
    const outages = new Outages(1000, 50)
    outages.add(pairs, 0, 100)
    outages.extend(pairs, 450)
    expect(outages.mayBe(pairs, 460, 100)).toBe(false)
  })
})
