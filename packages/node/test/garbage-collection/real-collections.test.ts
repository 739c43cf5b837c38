import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import * as browserCollections from '../../src/garbage-collection/browser-collections.js'
import * as nodeCollections from '../../src/garbage-collection/node-collections.js'

/** Runs a program of the support folder in a process of its own, without flags, which must end by itself. */
async function factsOf(program: string, ...args: string[]): Promise<unknown> {
  const file = fileURLToPath(new URL(`support/${program}.mjs`, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...args], { timeout: 50_000 })
  return JSON.parse(stdout)
}

interface IdleFacts {
  readonly noticed: number
  readonly after: number
  readonly rounds: number
  readonly longest: number
}

it('a process that does nothing notices within the longest wait that 1,000 objects died, and ends by itself', async () => {
  const { noticed, after, rounds, longest } = (await factsOf('idle-process', 'scheduled')) as IdleFacts
  expect([noticed, rounds]).toEqual([1000, 5])
  // Late by as much as a busy machine makes a timer late; the schedule itself is tested under virtual time.
  expect(after).toBeLessThan(longest + 1400)
})

it('a process that does nothing notices nothing without a schedule', async () => {
  expect(await factsOf('idle-process', 'alone')).toMatchObject({ noticed: 0, rounds: 0 })
})

interface HeapFacts {
  readonly share: number
  readonly shortest: number
  readonly forced: readonly { readonly begin: number; readonly end: number }[]
  readonly megabytes: number
}

it('a process with 100 MB of objects forces as few collections as its share allows', async () => {
  const { share, shortest, forced, megabytes } = (await factsOf('large-heap')) as HeapFacts
  expect(megabytes).toBeGreaterThan(90)
  expect(forced).toHaveLength(4)
  const waits = forced.slice(1).map(({ begin }, index) => begin - forced[index].end)
  const owed = forced.slice(0, -1).map(({ begin, end }) => (end - begin) / share)
  expect(waits.filter((wait, index) => wait < owed[index])).toEqual([])
  // Many more of the shortest waits would have fitted.
  expect((forced[3].begin - forced[0].begin) / shortest).toBeGreaterThan(30)
})

it("rides on V8's own collections, and forces none besides", async () => {
  expect(await factsOf('busy-process')).toEqual({ forced: 0, died: true })
})

it('threads that start together each can force a collection, which no program is shown', async () => {
  const facts = (await factsOf('many-threads')) as unknown[]
  expect(facts).toEqual(Array.from({ length: 8 }, () => ({ died: true, shown: 'undefined' })))
})

it.each([
  ['Node', nodeCollections],
  ['a browser', browserCollections],
])('in %s a collection in a task of its own clears what another task has just read', async (_, platform) => {
  const collect = platform.forcedCollection()
  const ref = new WeakRef({})
  await new Promise((resolve) => setTimeout(resolve, 1))
  let wasThere = false
  platform.inOwnTask(() => {
    wasThere = ref.deref() !== undefined
  })
  const isThere = await new Promise((resolve) => {
    platform.inOwnTask(() => {
      collect?.()
      resolve(ref.deref() !== undefined)
    })
  })
  expect([wasThere, isThere]).toEqual([true, false])
})

it('a browser that shows no collector forces nothing and tells of nothing', async () => {
  expect(await factsOf('plain-browser')).toEqual({ collect: null, told: 0 })
})

it('both platforms offer the same', () => {
  expect(Object.keys(browserCollections).sort()).toEqual(Object.keys(nodeCollections).sort())
})
