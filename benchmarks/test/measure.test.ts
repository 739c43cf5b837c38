import { expect, it } from 'vitest'
import { formatTable } from '../src/format-table.js'
import { compare } from '../src/measure/compare.js'
import { weigh } from '../src/measure/memory.js'
import { formatSpread, spread } from '../src/measure/statistics.js'

it('takes the middle value, or the mean of the two in the middle', () => {
  expect(spread([5, 1, 3])).toEqual({ median: 3, low: 1, high: 5 })
  expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, low: 1, high: 4 })
  expect(() => spread([])).toThrow('a spread is of something')
})

it('shows less digits of greater numbers', () => {
  expect(formatSpread({ median: 1.234, low: 1, high: 2 })).toBe('1.23 (1.00–2.00)')
  expect(formatSpread({ median: 123.4, low: 99, high: 200 })).toBe('123 (99–200)')
})

it('weighs one copy of what is built, not what building leaves behind', async () => {
  const { bytes } = await weigh(() => {
    const garbage = Array.from({ length: 100_000 }, (_, index) => ({ index }))
    return new Float64Array(garbage.length)
  }, 10)
  expect(bytes).toBeGreaterThan(790_000)
  expect(bytes).toBeLessThan(900_000)
})

it('prepares every run, and gives the limit the ratio 1', () => {
  let prepared = 0
  let wrong = 0
  let work = 0
  const run = (): void => {
    if (--prepared !== 0) wrong++
    for (let index = 0; index < 1000; index++) work += index
  }
  const compared = compare(
    [
      { name: 'a', run, prepare: () => prepared++ },
      { name: 'b', run: () => {} },
    ],
    {
      rounds: 2,
      timeMs: 0,
    },
  )
  expect(wrong).toBe(0)
  expect(work).toBeGreaterThan(0)
  expect(compared.map(({ name }) => name)).toEqual(['a', 'b'])
  expect(compared[0].ratio).toEqual({ median: 1, low: 1, high: 1 })
})

it('throws what a contender throws', () => {
  const run = (): void => {
    throw new Error('wrong answer')
  }
  expect(() => compare([{ name: 'a', run }], { rounds: 1, timeMs: 0 })).toThrow('wrong answer')
})

it('prints a table with numbers to the right and a dash where nothing was measured', () => {
  const text = formatTable({
    title: 'Sizes',
    columns: [{ name: 'what' }, { name: 'bytes' }, { name: 'ms', digits: 2 }],
    rows: [
      ['small', 5, 0.5],
      ['large', 1234567, null],
    ],
    notes: ['a note'],
  })
  expect(text.split('\n')).toEqual([
    'Sizes',
    '',
    'what       bytes    ms',
    '-----  ---------  ----',
    'small          5  0.50',
    'large  1,234,567     -',
    '* a note',
    '',
  ])
})
