import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BARS } from '../src/bars.js'
import { replaceBlocks } from '../src/document/blocks.js'
import { compareEntries, lastAccepted, NOISE } from '../src/history/compare-entries.js'
import { drawHistory } from '../src/history/draw-history.js'
import { acceptLast, appendHistory, type Entry, entryOf, figureNameOf, readHistory } from '../src/history/history.js'
import type { Row } from '../src/results/row.js'

const entry = (fields: Partial<Entry> = {}): Entry => ({
  date: '2026-01-02T03:04:05.000Z',
  commit: 'abc',
  machine: { node: '20.20.2', cpu: 'a cpu', cpus: 2, load: [0, 0, 0] },
  quick: true,
  accepted: false,
  ratios: { more: { rate: 1 }, less: { bytes: 100 } },
  ...fields,
})

const ROW: Row = {
  suite: 'calls',
  case: 'speed',
  variant: 'holdfast',
  metric: 'rate',
  value: 1,
  unit: 'calls/s',
  better: 'more',
  rounds: 1,
  spread: null,
  ratioTo: null,
  ratio: null,
  ratioSpread: null,
  bar: null,
  aim: null,
  barIs: null,
  ok: null,
}
const row = (fields: Partial<Row>): Row => ({ ...ROW, ...fields })

describe('the history', () => {
  let folder = ''
  let file = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-history-'))
    file = join(folder, 'history.ndjson')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is empty at first, and keeps one line a run', () => {
    expect(readHistory(file)).toEqual([])
    appendHistory(entry(), file)
    appendHistory(entry({ commit: 'def' }), file)
    expect(readHistory(file).map(({ commit }) => commit)).toEqual(['abc', 'def'])
  })

  it('accepts the last run', () => {
    expect(() => acceptLast(file)).toThrow('no-history')
    appendHistory(entry(), file)
    appendHistory(entry({ commit: 'def' }), file)
    expect(acceptLast(file).commit).toBe('def')
    expect(readHistory(file).map(({ accepted }) => accepted)).toEqual([false, true])
  })

  it('says which line it cannot read', () => {
    writeFileSync(file, `${JSON.stringify(entry())}\n{"date":\n`)
    expect(() => readHistory(file)).toThrow(`${file}:2`)
  })

  it('keeps ratios and what has a bar, and of other values nothing', () => {
    const rows = [
      row({ ratioTo: 'raw', ratio: 0.123456 }),
      row({ metric: 'bytes', better: 'less', value: 60, bar: 70 }),
      row({ metric: 'ms', better: 'less', value: 5 }),
      row({ metric: 'hangs', better: 'less', value: null, bar: 1 }),
    ]
    const machine = { ...entry().machine, v8: '', platform: '' }
    const results = { date: '', commit: '', machine, quick: true, isWhole: true, suites: [], rows }
    expect(entryOf(results).ratios).toEqual({
      more: { 'calls / speed / holdfast / rate × raw': 0.1235 },
      less: { 'calls / speed / holdfast / bytes': 60 },
    })
  })
})

describe('the comparison', () => {
  const accepted = entry({ accepted: true })

  it('finds a rate that fell and a size that rose by more than noise', () => {
    const now = entry({ ratios: { more: { rate: 0.5 }, less: { bytes: 300 } } })
    expect(compareEntries(accepted, now).regressions).toMatchObject([
      { name: 'bytes', before: 100, now: 300, worse: 2 },
      { name: 'rate', before: 1, now: 0.5, worse: 1 },
    ])
  })

  it('lets noise pass, and what got better', () => {
    const within = 1 + NOISE - 0.01
    const noisy = entry({ ratios: { more: { rate: 1 / within }, less: { bytes: 100 * within } } })
    const better = entry({ ratios: { more: { rate: 9 }, less: { bytes: 1 } } })
    for (const now of [noisy, better]) expect(compareEntries(accepted, now).regressions).toEqual([])
  })

  it('calls it a regression when something that was 0 is no longer', () => {
    const none = entry({ ratios: { more: {}, less: { left: 0 } } })
    expect(compareEntries(none, none).regressions).toEqual([])
    const some = entry({ ratios: { more: {}, less: { left: 1 } } })
    expect(compareEntries(none, some).regressions).toMatchObject([{ worse: Infinity }])
  })

  it('names what is not measured any more', () => {
    const now = entry({ ratios: { more: { other: 1 }, less: { bytes: 100 } } })
    expect(compareEntries(accepted, now).gone).toEqual(['rate'])
  })

  it('takes the last accepted run of the same size before this one', () => {
    const [first, full, last] = [entry({ accepted: true }), entry({ accepted: true, quick: false }), entry()]
    expect(lastAccepted([first, full, last], last)).toBe(first)
    expect(lastAccepted([last], last)).toBeNull()
  })
})

it('draws a plot for each suite that has figures, above 1 where the bar is passed', () => {
  const bar = BARS.find(({ suite, is }) => suite === 'marking' && is === 'at most')
  const less = { [bar === undefined ? '' : figureNameOf(bar)]: (bar?.bar ?? 0) / 2 }
  const plots = drawHistory([entry({ ratios: { more: {}, less } }), entry({ ratios: { more: {}, less } })])
  expect([...plots.keys()]).toEqual(['marking'])
  expect(plots.get('marking')).toMatch(/^<svg .*<\/svg>\n$/s)
  expect(drawHistory([]).size).toBe(0)
})

describe('a document', () => {
  const text = ['by hand', '<!-- bench: bars -->', 'old', '<!-- bench: end -->', 'by hand, too', ''].join('\n')

  it('gets its blocks anew and keeps the rest', () => {
    const made = replaceBlocks(text, (name) => `new ${name}`)
    expect(made).toBe(
      ['by hand', '<!-- bench: bars -->', '', 'new bars', '', '<!-- bench: end -->', 'by hand, too', ''].join('\n'),
    )
    expect(replaceBlocks(made, (name) => `new ${name}`)).toBe(made)
  })

  it('keeps a block that nothing was measured for', () => {
    expect(replaceBlocks(text, () => null)).toBe(text)
  })

  it.each([
    ['<!-- bench: bars -->', 'does not end'],
    ['<!-- bench: end -->', 'not begun'],
    ['<!-- bench: a -->\n<!-- bench: b -->', 'has not ended'],
  ])('is refused when its blocks are not in order: %s', (wrong, why) => {
    expect(() => replaceBlocks(wrong, () => null)).toThrow(why)
  })
})
