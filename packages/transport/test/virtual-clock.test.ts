import { after, type Instant, instant } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../src/virtual-clock.js'

describe('VirtualClock', () => {
  test('runs actions at their instants, in their order, equal ones in the order scheduled', () => {
    const clock = new VirtualClock()
    const log: string[] = []
    const note = (name: string) => () => log.push(`${name}@${clock.now()}`)
    clock.schedule(instant(20), note('late'))
    clock.schedule(instant(10), note('first of two'))
    clock.schedule(instant(10), note('second of two'))
    clock.schedule(instant(-5), note('past'))
    expect(clock.nextAt).toBe(0)
    expect(clock.runUntilIdle()).toBe(4)
    expect(log).toEqual(['past@0', 'first of two@10', 'second of two@10', 'late@20'])
    expect([clock.pending, clock.nextAt, clock.step()]).toEqual([0, null, false])
  })

  test('the past does not jump the queue', () => {
    const clock = new VirtualClock(instant(100))
    const log: string[] = []
    clock.schedule(instant(100), () => log.push('now'))
    clock.schedule(instant(50), () => log.push('past'))
    clock.runUntilIdle()
    expect(log).toEqual(['now', 'past'])
  })

  test('advanceTo runs what is due, and only that', () => {
    const clock = new VirtualClock()
    const log: number[] = []
    for (const at of [5, 10, 15]) clock.schedule(instant(at), () => log.push(at))
    expect(clock.advanceTo(instant(10))).toBe(2)
    expect([log, clock.now(), clock.pending]).toEqual([[5, 10], 10, 1])
    expect(() => clock.advanceTo(instant(9))).toThrow(expect.objectContaining({ code: 'time-runs-forward' }))
    expect(clock.now()).toBe(10)
  })

  test('a run that never ends stops at the limit', () => {
    const clock = new VirtualClock()
    const again = () => void clock.schedule(clock.now(), again)
    again()
    expect(() => clock.runUntilIdle({ limit: 100 })).toThrow(expect.objectContaining({ code: 'step-limit' }))
    expect(() => clock.advanceTo(instant(1), { limit: 100 })).toThrow(expect.objectContaining({ code: 'step-limit' }))
    expect([clock.now(), clock.pending]).toEqual([0, 1])
  })

  test('an action cannot run the clock, and a throwing one is spent', () => {
    const clock = new VirtualClock()
    clock.schedule(instant(1), () => clock.step())
    clock.schedule(instant(2), () => {})
    expect(() => clock.step()).toThrow(expect.objectContaining({ code: 'clock-running' }))
    expect(clock.runUntilIdle()).toBe(1)
  })

  test('an instant that is no number is refused', () => {
    expect(() => new VirtualClock().schedule(instant(Number.NaN), () => {})).toThrow(/not-an-instant/)
  })

  test('agrees with a sorted list under any scheduling and cancelling', () => {
    const operation = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('schedule' as const), delay: fc.nat(20) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(60) }) },
      fc.record({ kind: fc.constant('step' as const) }),
    )
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 120, size: 'max' }), (operations) => {
        const clock = new VirtualClock()
        const ran: number[] = []
        const expected: number[] = []
        const cancels: (() => void)[] = []
        let model: { id: number; at: Instant }[] = []
        const stepModel = () => {
          // Sorting is stable, so equal instants keep the order they were added in.
          const [next, ...rest] = model.toSorted((a, b) => a.at - b.at)
          if (next === undefined) return
          expected.push(next.id)
          model = model.filter((entry) => rest.includes(entry))
        }
        for (const step of operations) {
          if (step.kind === 'schedule') {
            const id = cancels.length
            const at = after(clock.now(), step.delay)
            model.push({ id, at })
            cancels.push(clock.schedule(at, () => ran.push(id)))
          } else if (step.kind === 'cancel') {
            cancels[step.which]?.()
            model = model.filter((entry) => entry.id !== step.which)
          } else {
            stepModel()
            clock.step()
          }
          expect(clock.pending).toBe(model.length)
        }
        while (model.length > 0) stepModel()
        clock.runUntilIdle()
        expect(ran).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })
})
