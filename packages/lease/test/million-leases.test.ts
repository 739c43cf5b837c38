import { instant, type ObjectKey, Random } from '@holdfast/core'
import { expect, it } from 'vitest'
import { type LeaseId, ObjectLeases } from '../src/index.js'

const COUNT = 1_000_000
const TERM = 60_000

/** On V8's heap and in array buffers, after a collection of both. */
async function usedBytes(): Promise<number> {
  for (let times = 0; times < 3; times++) {
    gc?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

it('a million leases take at most 60 bytes each, and each ends when it must after random renewals', async () => {
  const ids = new Float64Array(COUNT)
  const random = new Random(1)
  const before = await usedBytes()
  const leases = new ObjectLeases()
  // Acquired over a term; every third object has two.
  for (let index = 0; index < COUNT; index++) {
    const now = instant((index / COUNT) * TERM)
    ids[index] = leases.acquire((index - (index % 3 === 2 ? 1 : 0)) as ObjectKey, { term: TERM, now })
  }
  expect(((await usedBytes()) - before) / COUNT).toBeLessThanOrEqual(60)

  const renewed = new Uint8Array(COUNT)
  for (let times = 0; times < COUNT; times++) {
    const index = random.below(COUNT)
    renewed[index] = 1
    leases.renew(ids[index] as LeaseId, TERM, instant(TERM))
  }
  const ends = (index: number): number => (renewed[index] === 1 ? 2 * TERM : TERM + (index / COUNT) * TERM)
  let wrong = 0
  // None has ended, so each still has the slot of its turn.
  for (const { id, endsAt } of leases.list()) if (endsAt !== ends(id >>> 0)) wrong++
  expect(wrong).toBe(0)

  const unrenewed = renewed.reduce((sum, flag) => sum + 1 - flag, 0)
  expect(leases.expire(instant(2 * TERM - 0.001))).toHaveLength(unrenewed)
  expect(leases.size).toBe(COUNT - unrenewed)
  let left = 0
  for (
    let end = leases.expire(instant(2 * TERM), 50_000);
    end.length > 0;
    end = leases.expire(instant(2 * TERM), 50_000)
  )
    left += end.length
  expect([left, leases.size, leases.next]).toEqual([COUNT - unrenewed, 0, null])
})

it('an object with a hundred thousand leases slows nobody down', () => {
  const leases = new ObjectLeases()
  const popular = 5 as ObjectKey
  const ids = Array.from({ length: 100_000 }, () => leases.acquire(popular, { term: TERM, now: instant(0) }))
  // Walking the leases of the popular object for each of these would take ten thousand million steps.
  for (let key = 6; key < 100_006; key++) leases.acquire(key as ObjectKey, { term: TERM, now: instant(0) })
  for (const id of ids.slice(1)) leases.release(id)
  expect([leases.isLeased(popular), leases.size]).toEqual([true, 100_001])
  expect(leases.endAll(popular)).toEqual([ids[0]])
})
