import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { flatness } from '../src/measure/flatness.js'
import { weigh } from '../src/measure/memory.js'
import { overlapOf, PauseWatch } from '../src/measure/pauses.js'
import { trendOf } from '../src/measure/regression.js'
import { quantile, summarize } from '../src/measure/statistics.js'
import { timeRuns } from '../src/measure/time-runs.js'
import type { Measurement } from '../src/suite.js'

it('takes the middle value, or the mean of the two in the middle', () => {
  expect(summarize([5, 1, 3])).toMatchObject({ median: 3, low: 1, high: 5 })
  expect(summarize([4, 1, 3, 2])).toMatchObject({ median: 2.5, low: 1, high: 4 })
  expect(() => summarize([])).toThrow('a summary is of something')
})

it('holds the median of the population with 95 % between the ranks of the sign test', () => {
  const to = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1)
  expect(summarize(to(5)).interval).toEqual([1, 5])
  expect(summarize(to(10)).interval).toEqual([2, 9])
  expect(summarize(to(30)).interval).toEqual([10, 21])
})

it('takes quantiles by the nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect([0, 0.5, 0.99, 1].map((share) => quantile(values, share))).toEqual([1, 50, 99, 100])
})

it('finds the slope of a line, and no error where there is no noise', () => {
  const { slope, error } = trendOf([1, 3, 5, 7, 9])
  expect(slope).toBeCloseTo(2)
  expect(error).toBeCloseTo(0)
})

it('knows how far a slope may be chance', () => {
  const flat = trendOf([1, -1, 1, -1, 1, -1, 1, -1, 1])
  expect(Math.abs(flat.slope)).toBeLessThan(3 * flat.error)
  // Worked out by hand: residuals 0.1, -0.2, 0.1 over one degree of freedom, sxx 2.
  const { slope, error } = trendOf([0, 0.7, 2])
  expect(slope).toBeCloseTo(1)
  expect(error).toBeCloseTo(Math.sqrt(0.06 / 2), 1)
  expect(() => trendOf([1, 2])).toThrow('three points')
})

it('divides the most of a curve by the least', () => {
  const bytes = { case: 'curve', metric: 'bytes', unit: 'B', better: 'less', ratioTo: null, ratios: [] } as const
  const point = (variant: string, values: (number | null)[]): Measurement => ({ ...bytes, variant, values })
  const curve = { case: 'curve', metric: 'bytes', as: 'most ÷ least' }
  const flat = [point('10', [100]), point('100', [110, 120, 130])]
  expect(flatness(flat, curve)).toMatchObject([{ variant: 'holdfast', metric: 'most ÷ least', values: [1.2] }])
  expect(flatness([point('10', [0]), point('100', [0])], curve)).toMatchObject([{ values: [1] }])
  expect(flatness([point('10', [100]), point('100', [null])], curve)).toEqual([])
})

it('weighs what is built, not what building leaves behind', async () => {
  const { bytes } = await weigh(
    () => {
      const garbage = Array.from({ length: 1_000_000 }, (_, index) => ({ index }))
      return new Float64Array(garbage.length)
    },
    () => [{ index: 0 }],
  )
  expect(bytes).toBeGreaterThan(7_900_000)
  expect(bytes).toBeLessThan(9_000_000)
})

it('prepares every run', () => {
  let prepared = 0
  let wrong = 0
  const run = (): void => {
    if (--prepared !== 0) wrong++
  }
  timeRuns({ run, prepare: () => prepared++ }, 0)
  expect([prepared, wrong]).toEqual([0, 0])
})

it('does not count the time that a run waits', () => {
  const wait = new Int32Array(new SharedArrayBuffer(4))
  const run = (): void => void Atomics.wait(wait, 0, 0, 100)
  expect(timeRuns({ run }, 0)).toBeLessThan(50)
})

it('throws what the work throws', () => {
  const run = (): void => {
    throw new Error('wrong answer')
  }
  expect(() => timeRuns({ run }, 0)).toThrow('wrong answer')
})

it('sees how long a thread was held up, V8 collections apart', async () => {
  const watch = new PauseWatch()
  await sleep(5)
  const until = performance.now() + 60
  while (performance.now() < until);
  await sleep(5)
  const { late } = watch.stop()
  expect(Math.max(...late)).toBeGreaterThan(50)
  expect(
    overlapOf(
      [10, 20],
      [
        [0, 12],
        [15, 16],
        [19, 30],
        [40, 50],
      ],
    ),
  ).toBe(4)
})
