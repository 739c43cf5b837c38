import { instant, nodeId } from '@holdfast/core'
import { describe, expect, test } from 'vitest'
import { checkLimits, checkTiming, DEFAULT_LIMITS, LOSSLESS_TIMING, LOSSY_TIMING } from '../src/limits.js'
import { OpeningCounter } from '../src/opening-counter.js'
import { RetryTimer } from '../src/retry-timer.js'
import { sessionTag } from '../src/session-tag.js'

describe('limits', () => {
  test('the defaults pass', () => {
    checkLimits(DEFAULT_LIMITS)
    checkTiming(LOSSY_TIMING)
    checkTiming(LOSSLESS_TIMING)
  })

  test.each([
    { maxFrameBytes: 255 },
    { maxFrameBytes: 2 ** 26 + 1 },
    { maxMessageBytes: DEFAULT_LIMITS.maxUnackedBytes + 1 },
    { windowBytes: 0 },
    { maxReorderedBytes: -1 },
    { maxUnackedBytes: Number.NaN },
    { windowBytes: 1.5 },
  ])('%o is refused', (change) => {
    expect(() => checkLimits({ ...DEFAULT_LIMITS, ...change })).toThrow(expect.objectContaining({ code: 'bad-limits' }))
  })

  test.each([{ ackDelay: -1 }, { ackDelay: 200 }, { maxRetransmitAfter: 199 }, { ackDelay: Number.NaN }])(
    'timing %o is refused',
    (change) => {
      expect(() => checkTiming({ ...LOSSY_TIMING, ...change })).toThrow(expect.objectContaining({ code: 'bad-timing' }))
    },
  )
})

describe('the opening counter', () => {
  test('never gives a number that was given or seen', () => {
    const counter = new OpeningCounter()
    expect([counter.next(), counter.next()]).toEqual([1, 2])
    counter.see(10)
    counter.see(4)
    expect([counter.value, counter.next()]).toEqual([10, 11])
  })

  test('refuses a jump that would use the numbers up, and stays as it is', () => {
    const counter = new OpeningCounter()
    expect(() => counter.see(Number.MAX_SAFE_INTEGER)).toThrow(expect.objectContaining({ code: 'bad-number' }))
    expect(counter.value).toBe(0)
  })
})

test('waits double up to the cap, and start anew when cleared', () => {
  const timer = new RetryTimer({ retransmitAfter: 10, maxRetransmitAfter: 35, ackDelay: 0 })
  const waits = [1, 2, 3, 4].map(() => {
    timer.attempted(instant(100))
    return (timer.deadline ?? 0) - 100
  })
  expect(waits).toEqual([10, 20, 35, 35])
  expect([timer.due(instant(134)), timer.due(instant(135))]).toEqual([false, true])
  timer.clear()
  expect(timer.deadline).toBeNull()
  timer.attempted(instant(0))
  expect(timer.deadline).toBe(10)
})

test('a tag differs when anything about the session differs', () => {
  const base = { from: nodeId('alice'), to: nodeId('bob'), fromIncarnation: 1, toIncarnation: 1, number: 1 }
  const tags = [
    base,
    { ...base, from: nodeId('alicf') },
    { ...base, to: nodeId('boc') },
    { ...base, from: nodeId('aliceb'), to: nodeId('ob') },
    { ...base, from: base.to, to: base.from },
    { ...base, fromIncarnation: 2 },
    { ...base, toIncarnation: 2 },
    { ...base, number: 2 },
    { ...base, number: 1 + 2 ** 32 },
    { ...base, fromIncarnation: 1 + 2 ** 40 },
  ].map(sessionTag)
  expect(new Set(tags).size).toBe(tags.length)
  for (const tag of tags) expect(tag === tag >>> 0).toBe(true)
  expect(sessionTag({ ...base })).toBe(tags[0])
})
