import { describe, expect, it } from 'vitest'
import { trendOf } from '../src/controller/memory-trend.js'

const MIB = 1 << 20
const samples = (count: number, heapAt: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => ({ rss: 120 * MIB, heapUsed: heapAt(index) * MIB, external: 0 }))

describe('memory', () => {
  it('is flat when it rises at first only', () => {
    expect(trendOf(samples(30, (index) => (index < 7 ? 8 + index : 15 + (index % 2))))?.isFlat).toBe(true)
  })

  it('is not when it goes on to rise', () => {
    expect(trendOf(samples(30, (index) => 15 + index / 4))?.isFlat).toBe(false)
  })

  it('is not judged by a few samples', () => {
    expect(trendOf(samples(8, (index) => 15 + index * 10))).toBeNull()
  })
})
