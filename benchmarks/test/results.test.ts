import { describe, expect, it } from 'vitest'
import { BARS, type Bar } from '../src/bars.js'
import { figureNameOf } from '../src/history/history.js'
import { hotFunctions } from '../src/profile/hot-functions.js'
import { ALL, checkBars, isReached, verdictOf } from '../src/results/check.js'
import { formatNumber } from '../src/results/format.js'
import { isBarOf, rowsOf } from '../src/results/row.js'
import { barTable, caseTables } from '../src/results/tables-of.js'
import { tableAsMarkdown, tableAsText } from '../src/results/text-table.js'
import { measurementsOf } from '../src/run/run-case.js'
import type { Case } from '../src/suite.js'
import { isSuiteName, SUITE_NAMES, SUITES } from '../src/suites.js'

const SPEED: Case = {
  name: 'speed',
  rounds: 3,
  metrics: { rate: { unit: 'calls/s', better: 'more', ratioTo: ['raw'] }, weight: { unit: 'B', better: 'less' } },
  variants: { raw: () => ({ round: () => ({}) }), ours: () => ({ round: () => ({}) }) },
}
const ROUNDS = [
  [100, 50],
  [200, 120],
  [50, 20],
].map(
  ([raw, ours]) =>
    new Map([
      ['raw', { rate: raw }],
      ['ours', { rate: ours, weight: null }],
    ]),
)

const RATE: Bar = {
  suite: 'calls',
  case: 'speed',
  variant: 'ours',
  metric: 'rate',
  ratioTo: 'raw',
  is: 'at least',
  bar: 0.5,
  aim: null,
}
const bar = (fields: Partial<Bar>): Bar => ({ ...RATE, ...fields })

describe('rows', () => {
  it('divide within a round, not a median by a median', () => {
    const rows = rowsOf('calls', measurementsOf(SPEED, ROUNDS), [])
    const row = rows.find(({ variant, ratioTo }) => variant === 'ours' && ratioTo === 'raw')
    expect(row).toMatchObject({ suite: 'calls', case: 'speed', metric: 'rate', value: 50, ratio: 0.5, rounds: 3 })
    expect(row?.ratioSpread).toMatchObject({ low: 0.4, high: 0.6 })
  })

  it('have a row of their own for the value, and none for a variant through itself', () => {
    const rows = rowsOf('calls', measurementsOf(SPEED, ROUNDS), [])
    expect(rows.map(({ variant, metric, ratioTo }) => [variant, metric, ratioTo])).toEqual([
      ['raw', 'rate', null],
      ['ours', 'rate', null],
      ['ours', 'rate', 'raw'],
      ['ours', 'weight', null],
    ])
    expect(rows[3]).toMatchObject({ value: null, spread: null, ok: null })
  })

  it('divide by what was measured right beside, where that was done', () => {
    const beside = ROUNDS.map((samples) => new Map([...samples, ['raw, beside ours', { rate: 500 }]]))
    const row = rowsOf('calls', measurementsOf(SPEED, beside), []).find(({ ratioTo }) => ratioTo === 'raw')
    expect(row).toMatchObject({ variant: 'ours', value: 50, ratio: 0.1 })
  })

  it('refuse what a case has not declared', () => {
    expect(() => measurementsOf(SPEED, [new Map([['raw', { speed: 1 }]])])).toThrow('a case declares')
  })

  it('are held against their bar by the ratio or by the value, from the right side', () => {
    const okOf = (given: Partial<Bar>): boolean => {
      const checked = checkBars(rowsOf('calls', measurementsOf(SPEED, ROUNDS), [bar(given)]), ALL, [bar(given)])
      return checked.every(isReached)
    }
    expect(okOf({ bar: 0.5 })).toBe(true)
    expect(okOf({ bar: 0.51 })).toBe(false)
    expect(okOf({ bar: 0.49, is: 'at most' })).toBe(false)
    expect(okOf({ ratioTo: null, bar: 50 })).toBe(true)
    expect(okOf({ ratioTo: null, bar: 51 })).toBe(false)
    // Nothing was measured.
    expect(okOf({ ratioTo: null, metric: 'weight', is: 'at most' })).toBe(false)
  })
})

describe('the check', () => {
  const rows = rowsOf('calls', measurementsOf(SPEED, ROUNDS), [bar({})])

  it('misses a bar that no row reaches for', () => {
    const missing = bar({ case: 'chains' })
    const checked = checkBars(rows, ALL, [bar({}), missing])
    expect(checked.map(isReached)).toEqual([true, false])
    expect(checked.map(verdictOf)).toEqual(['ok', 'MISSING'])
  })

  it('asks only for the bars of suites that ran, unless all did', () => {
    const other = bar({ suite: 'nobody wrote it' })
    expect(checkBars(rows, ['calls'], [bar({}), other])).toHaveLength(1)
    expect(checkBars(rows, ALL, [bar({}), other])).toHaveLength(2)
  })

  it('says when the aim is reached, too', () => {
    const ambitious = bar({ aim: 0.9 })
    const modest = bar({ aim: 0.5 })
    expect(checkBars(rows, ALL, [ambitious, modest]).map(verdictOf)).toEqual(['ok', 'ok, and the aim'])
  })
})

/** Whether a bar's case has its metric, its variant and what it is divided by. What follows from several variants is of none of them. */
function isMeasured({ case: name, metric, variant, ratioTo }: Bar, cases: readonly Case[]): boolean {
  const found = cases.find((each) => each.name === name)
  if (found === undefined) return false
  if (!Object.hasOwn(found.metrics, metric)) return true
  const isDivided = ratioTo === null || (found.metrics[metric].ratioTo?.includes(ratioTo) ?? false)
  return isDivided && [variant, ratioTo ?? variant].every((each) => Object.hasOwn(found.variants, each))
}

describe('the table of bars', () => {
  it.each([true, false])('names cases, variants and metrics that there are (quick: %s)', async (quick) => {
    const wrong: string[] = []
    for (const name of SUITE_NAMES) {
      const suite = await SUITES[name].load()
      const cases = suite.cases({ quick })
      wrong.push(...BARS.filter((each) => each.suite === name && !isMeasured(each, cases)).map(figureNameOf))
    }
    expect(wrong).toEqual([])
  })

  it('has rows for bars that follow from several variants', async () => {
    const followed: unknown[] = []
    for (const name of SUITE_NAMES) {
      const suite = await SUITES[name].load()
      const measured = suite.cases({ quick: true }).flatMap((each) => {
        const samples = Object.keys(each.variants).map(
          (variant) => [variant, Object.fromEntries(Object.keys(each.metrics).map((metric) => [metric, 1]))] as const,
        )
        return measurementsOf(
          each,
          Array.from({ length: 9 }, () => new Map(samples)),
        )
      })
      const rows = rowsOf(name, [...measured, ...(suite.conclude?.(measured) ?? [])])
      const missing = BARS.filter((each) => each.suite === name && !rows.some((row) => isBarOf(each, row)))
      followed.push(...missing)
    }
    expect(followed).toEqual([])
  })

  it('has each bar once', () => {
    const names = BARS.map(figureNameOf)
    expect(new Set(names).size).toBe(names.length)
    expect(BARS.filter(({ suite }) => !isSuiteName(suite))).toEqual([])
  })
})

describe('tables', () => {
  const rows = rowsOf('calls', measurementsOf(SPEED, ROUNDS), [bar({})])

  it('have variants down, metrics across and ratios beside them', () => {
    const [table] = caseTables(rows)
    expect(tableAsText(table).split('\n')).toEqual(
      [
        'calls: speed',
        '',
        'variant  rate, calls/s             × raw  weight, B',
        '-------  -------------  ----------------  ---------',
        'raw                100                             ',
        'ours                50  0.50 (0.40–0.60)          –',
        '',
      ].map((line) => line.trimEnd()),
    )
  })

  it('are Markdown, too', () => {
    const [table] = caseTables(rows)
    expect(tableAsMarkdown(table).split('\n').slice(0, 2)).toEqual([
      '| variant | rate, calls/s | × raw | weight, B |',
      '| --- | ---: | ---: | ---: |',
    ])
  })

  it('show a bar with what was measured for it', () => {
    expect(barTable(checkBars(rows, ALL, [bar({ aim: 0.9 })])).rows).toEqual([
      ['calls', 'speed', 'rate × raw', '0.50 (0.40–0.60)', '≥ 0.50', '≥ 0.90', 'ok'],
    ])
  })

  it.each([
    [1234567.8, '1,234,568'],
    [12.34, '12.3'],
    [0.5, '0.50'],
    [0.0123, '0.0123'],
    [7, '7'],
    [null, '–'],
  ])('show %s as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text)
  })
})

it('tells which functions were busy, idle time apart', () => {
  const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 9 })
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('(idle)') },
      { id: 2, callFrame: frame('work', 'file:///a/b/c/work.js') },
      { id: 3, callFrame: frame('(garbage collector)') },
    ],
    samples: [1, 2, 3, 2],
    timeDeltas: [1000, 30, 10, 60],
  }
  expect(hotFunctions(profile, 5)).toEqual([
    { name: 'work', place: 'b/c/work.js:10', share: 0.9 },
    { name: '(garbage collector)', place: '', share: 0.1 },
  ])
})
