import { instant } from '@holdfast/core'
import { VirtualClock } from '@holdfast/transport'
import { expect, it } from 'vitest'
import { GarbageSchedule, type GarbageScheduleOptions } from '../../src/garbage-collection/garbage-schedule.js'

const HOUR = 3_600_000

interface Trial extends Pick<GarbageScheduleOptions, 'share' | 'shortest' | 'longest'> {
  /** How long V8 takes, in ms. */
  readonly takes?: number
  /** How long it takes to let go of what died, in ms. */
  readonly settles?: number
  readonly cannotForce?: boolean
}

/** A program under virtual time that creates representatives and lets go of them. */
function trial({ takes = 0, settles = 0, cannotForce = false, ...pace }: Trial = {}) {
  const clock = new VirtualClock()
  const tasks: (() => void)[] = []
  const forcedAt: number[] = []
  const settledAt: number[] = []
  const program = { representatives: 0, dropped: 0 }
  let watcher: (() => void) | null = null
  const spend = (ms: number) => clock.advanceTo(instant(clock.now() + ms))
  const collect = (): void => {
    forcedAt.push(clock.now())
    spend(takes)
  }
  const schedule = new GarbageSchedule({
    clock,
    ...pace,
    collect: cannotForce ? null : collect,
    onCollected: () => {
      settledAt.push(clock.now())
      program.representatives -= program.dropped
      program.dropped = 0
      spend(settles)
    },
    candidates: () => program.representatives,
    watch: (onNatural) => {
      watcher = onNatural
      return () => {
        watcher = null
      }
    },
    inOwnTask: (job) => tasks.push(job),
  })
  const runTasks = (): void => {
    for (let job = tasks.shift(); job !== undefined; job = tasks.shift()) job()
  }
  const run = (until: number): void => {
    for (runTasks(); clock.nextAt !== null && clock.nextAt <= until; runTasks()) clock.step()
    if (clock.now() < until) clock.advanceTo(instant(until))
  }
  return { clock, schedule, program, forcedAt, settledAt, run, runTasks, tasks, natural: () => watcher?.() }
}

/** The same, started, with representatives that nothing is done with any more. */
function idle(options: Trial = {}, representatives = 5) {
  const started = trial(options)
  started.schedule.start()
  started.program.representatives = representatives
  return started
}

const gaps = (times: readonly number[]): number[] => times.slice(1).map((at, index) => at - times[index])

it('forces no collection where there is nothing to find', () => {
  const { forcedAt, settledAt, run } = idle({}, 0)
  run(HOUR)
  expect([forcedAt, settledAt]).toEqual([[], []])
})

it('forces one soon after the first representative was created', () => {
  const { program, forcedAt, settledAt, run } = idle({}, 0)
  run(10_500)
  program.representatives = 1
  run(11_500)
  expect([forcedAt, settledAt]).toEqual([[11_000], [11_000]])
})

it('waits twice as long each time while nothing is found, up to the longest wait', () => {
  const { forcedAt, run } = idle()
  run(HOUR)
  expect(forcedAt.slice(0, 8)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 124_000])
  expect(new Set(gaps(forcedAt).slice(6))).toEqual(new Set([60_000]))
})

it('notices what an idle program drops within the longest wait, whenever it is dropped', () => {
  for (let droppedAt = 100_000; droppedAt < 170_000; droppedAt += 7_001) {
    const { program, settledAt, run } = idle()
    run(droppedAt)
    const before = settledAt.length
    program.dropped = 5
    run(HOUR)
    expect(settledAt[before] - droppedAt).toBeLessThanOrEqual(60_000)
    expect([program.representatives, settledAt.length]).toEqual([0, before + 1])
  }
})

it('goes on soon as long as something is found', () => {
  const { program, settledAt, run } = idle({}, 1000)
  run(100_000)
  const before = settledAt.length
  program.dropped = 1
  run(settledAt[before - 1] + 60_000)
  for (let now = settledAt[before]; now < settledAt[before] + 20_000; now += 500) {
    program.dropped = 1
    run(now)
  }
  expect(new Set(gaps(settledAt.slice(before)))).toEqual(new Set([1000]))
})

it('comes back to the shortest wait when representatives are created, also after others have gone', () => {
  const { program, forcedAt, run } = idle({}, 1000)
  run(300_000)
  // Their users have disposed of some, which V8 has no part in.
  program.representatives = 500
  run(302_500)
  program.representatives = 501
  const before = forcedAt.length
  run(303_500)
  expect(forcedAt.slice(before)).toEqual([303_000])
})

it('takes no more than its share of the time, however much is created and found', () => {
  const { program, forcedAt, run } = idle({ takes: 110, settles: 10 }, 0)
  for (let now = 0; now < HOUR; now += 1000) {
    program.representatives += 2
    program.dropped = 1
    run(now)
  }
  expect(forcedAt.length).toBeLessThanOrEqual((HOUR * 0.01) / 120)
  expect(forcedAt.length).toBeGreaterThan(250)
  expect(Math.min(...gaps(forcedAt))).toBeGreaterThanOrEqual(120 / 0.01)
})

it('forces none for a while when a natural one has come, and rides on it', () => {
  const { forcedAt, settledAt, natural, run, runTasks } = idle()
  run(64_000)
  const before = forcedAt.length
  for (let now = 94_000; now < HOUR; now += 30_000) {
    run(now)
    natural()
    runTasks()
  }
  expect(forcedAt).toHaveLength(before)
  expect(settledAt.length - before).toBe(Math.ceil((HOUR - 94_000) / 30_000))
})

it('rides once on several natural ones that came together, in a task of its own', () => {
  const { settledAt, natural, tasks, runTasks } = idle()
  for (let times = 0; times < 5; times++) natural()
  expect([settledAt, tasks.length]).toEqual([[], 1])
  runTasks()
  expect(settledAt).toEqual([0])
})

it('rides within its share, when letting go of what died takes long', () => {
  const { settledAt, forcedAt, natural, run } = idle({ settles: 100, longest: HOUR }, 0)
  for (let now = 0; now < 100_000; now += 100) {
    run(now)
    natural()
  }
  expect(forcedAt).toEqual([])
  expect(settledAt).toHaveLength(10)
  expect(Math.min(...gaps(settledAt))).toBeGreaterThanOrEqual(10_000)
})

it('does not take a cheap ride for a collection that leaves time for another', () => {
  const { forcedAt, natural, run, program } = idle({ takes: 500 })
  run(1500)
  expect(forcedAt).toEqual([1000])
  natural()
  program.representatives++
  run(51_499)
  expect(forcedAt).toEqual([1000])
  run(51_500)
  expect(forcedAt).toEqual([1000, 51_500])
})

it('looks at what V8 has done by itself where none can be forced', () => {
  const { settledAt, run } = idle({ cannotForce: true })
  run(10_000)
  expect(settledAt).toEqual([1000, 2000, 4000, 8000])
})

it('forces none by itself with a share of 0, and still rides', () => {
  const { settledAt, forcedAt, natural, run, clock, schedule, runTasks } = idle({ share: 0, takes: 10, settles: 1 })
  expect(clock.pending).toBe(0)
  natural()
  run(5)
  natural()
  run(100)
  expect([forcedAt, settledAt]).toEqual([[], [0, 5]])
  void schedule.collectNow()
  runTasks()
  expect(forcedAt).toEqual([100])
})

it('collects on demand in a task of its own, once for all who demand it, whatever the share', async () => {
  const { schedule, forcedAt, settledAt, tasks, runTasks, run } = idle({ takes: 1000 })
  for (const at of [0, 1000]) {
    run(at)
    const demands = [schedule.collectNow(), schedule.collectNow()]
    expect([forcedAt.length, tasks.length]).toEqual([at / 1000, 1])
    runTasks()
    await Promise.all(demands)
  }
  expect([forcedAt, settledAt]).toEqual([
    [0, 1000],
    [1000, 2000],
  ])
})

it('makes a ride that is to come a whole collection when one is demanded', async () => {
  const { schedule, natural, forcedAt, settledAt, runTasks } = idle()
  natural()
  const demand = schedule.collectNow()
  natural()
  runTasks()
  await demand
  expect([forcedAt, settledAt]).toEqual([[0], [0]])
})

it('tells who demanded a collection what went wrong, and goes on', async () => {
  const clock = new VirtualClock()
  let times = 0
  const schedule = new GarbageSchedule({
    clock,
    collect: () => {},
    onCollected: () => {
      if (times++ === 0) throw new Error('a table is damaged')
    },
    candidates: () => 1,
    watch: () => () => {},
    inOwnTask: (job) => clock.schedule(clock.now(), job),
  })
  schedule.start()
  const demand = schedule.collectNow()
  clock.step()
  await expect(demand).rejects.toThrow('a table is damaged')
  clock.advanceTo(instant(10_000))
  expect(times).toBeGreaterThan(2)
})

it('does nothing more by itself when stopped, but what is demanded', async () => {
  const { schedule, clock, tasks, forcedAt, settledAt, natural, runTasks, run } = idle()
  natural()
  expect(tasks).toHaveLength(1)
  schedule.stop()
  schedule.stop()
  runTasks()
  natural()
  run(HOUR)
  expect([forcedAt, settledAt, clock.pending]).toEqual([[], [], 0])
  const demand = schedule.collectNow()
  runTasks()
  await demand
  expect([forcedAt.length, settledAt.length, clock.pending]).toEqual([1, 1, 0])
})

it('begins once, and again after it was stopped', () => {
  const { schedule, clock, forcedAt, run } = idle()
  schedule.start()
  expect(clock.pending).toBe(1)
  schedule.stop()
  run(5000)
  schedule.start()
  run(6000)
  expect(forcedAt).toEqual([6000])
})

it('refuses a pace that makes no sense', () => {
  for (const pace of [
    { shortest: 0 },
    { shortest: 10, longest: 5 },
    { share: 2 },
    { share: -0.1 },
    { share: Number.NaN },
  ])
    expect(() => trial(pace)).toThrow(expect.objectContaining({ code: 'bad-pace' }))
})
