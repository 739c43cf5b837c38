import { instant } from '@holdfast/core'
import { VirtualClock } from '@holdfast/transport'
import { expect, it } from 'vitest'
import { type RoundPace, RoundSchedule } from '../src/round-schedule.js'

const HOUR = 3_600_000

/** A schedule under virtual time; rounds take `takes` ms and find what `finds` says. */
function trial(pace: RoundPace, finds: (round: number) => number, takes = 1) {
  const clock = new VirtualClock()
  const heldAt: number[] = []
  const schedule = new RoundSchedule({
    clock,
    ...pace,
    round: () =>
      new Promise((resolve) => {
        heldAt.push(clock.now())
        clock.schedule(instant(clock.now() + takes), () => resolve(finds(heldAt.length)))
      }),
  })
  schedule.start()
  const run = async (until: number): Promise<void> => {
    for (;;) {
      // What a round resolved is acted on between two events.
      await new Promise((resolve) => setImmediate(resolve))
      if (clock.nextAt === null || clock.nextAt > until) break
      clock.step()
    }
    clock.advanceTo(instant(until))
  }
  return { schedule, heldAt, run, clock }
}

it('leaves a cluster alone where nothing is found: a few rounds, then one in the longest wait', async () => {
  const { heldAt, run } = trial({}, () => 0)
  await run(HOUR)
  // 1, 2, 4 … 256 seconds, then every five minutes.
  expect(heldAt.length).toBeGreaterThan(12)
  expect(heldAt.length).toBeLessThan(25)
})

it('goes on at the shortest wait as long as rounds find something', async () => {
  const { heldAt, run } = trial({}, (round) => (round <= 50 ? 1 : 0))
  await run(60_000)
  expect(heldAt.length).toBeGreaterThanOrEqual(51)
})

it('takes no more than its share of the time, however much is found', async () => {
  const { heldAt, run } = trial({ share: 0.01 }, () => 1, 500)
  await run(HOUR)
  expect((heldAt.length * 500) / HOUR).toBeLessThanOrEqual(0.0101)
  expect(heldAt.length).toBeGreaterThan(60)
})

it('holds a round sooner when memory is short, but no storm of them', async () => {
  const { schedule, heldAt, run, clock } = trial({}, () => 0, 400)
  await run(HOUR)
  const before = heldAt.length
  for (let press = 0; press < 1000; press++) {
    schedule.press()
    await run(clock.now() + 10)
  }
  // Ten seconds of pressure: a round of 400 ms every two seconds at most.
  expect(heldAt.length - before).toBeGreaterThanOrEqual(4)
  expect(heldAt.length - before).toBeLessThanOrEqual(7)
})

it('holds one on demand at once, and one for all who demand it meanwhile', async () => {
  const { schedule, heldAt, run, clock } = trial({}, () => 3)
  const found = Promise.all([schedule.demand(), schedule.demand()])
  await run(clock.now() + 5)
  expect(await found).toEqual([3, 3])
  expect(heldAt).toEqual([0])
})

it('goes on after a round that failed, and tells whoever demanded it', async () => {
  const clock = new VirtualClock()
  let rounds = 0
  const schedule = new RoundSchedule({
    clock,
    round: async () => {
      rounds++
      throw new Error('the coordinator is gone')
    },
  })
  schedule.start()
  await expect(schedule.demand()).rejects.toThrow('gone')
  while (clock.now() < 10_000 && clock.step()) await new Promise((resolve) => setImmediate(resolve))
  expect(rounds).toBeGreaterThan(2)
  schedule.stop()
  clock.runUntilIdle()
  expect(clock.pending).toBe(0)
})

it('refuses a pace that makes no sense', () => {
  const clock = new VirtualClock()
  const round = async () => 0
  for (const pace of [{ shortest: 0 }, { shortest: 10, longest: 5 }, { share: 2 }]) {
    expect(() => new RoundSchedule({ clock, round, ...pace })).toThrow(expect.objectContaining({ code: 'bad-pace' }))
  }
})
