/** Workers that end, in whatever way: who calls them is told at once, what they held goes when their lease and quarantine are over. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { Cluster, type WorkerGone, WorkerGoneError } from '@holdfast/worker'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  collectGarbage,
  insist,
  rejection,
  settled,
  shortLease,
  useYards,
  type Yard,
  yardModule,
  yardOf,
} from './support/yard.js'

const yards = useYards()

/** The threads of this process that run. */
const running = new Set<Worker>()
const started = (worker: Worker): void => {
  running.add(worker)
  worker.once('exit', () => running.delete(worker))
}
beforeAll(() => void process.on('worker', started))
afterAll(() => void process.off('worker', started))

/** Well below the term of 5 s, and the second that a lost link has to come back. */
const AT_ONCE_MS = 900

const ways: [string, (cluster: Cluster) => Promise<unknown>][] = [
  ['is terminated', (cluster) => cluster.terminate('west')],
  ['is terminated by somebody else', () => [...running][1].terminate()],
  ['exits', async (cluster) => rejection((await yardOf(cluster, 'west')).exit())],
  ['throws an error that nobody catches', async (cluster) => (await yardOf(cluster, 'west')).fail()],
]

describe.each(ways)('a worker that %s', (_way, end) => {
  const start = async (): Promise<Cluster> => {
    const cluster = await yards.start()
    cluster.onWorkerGone(() => {})
    return cluster
  }

  it('has calls to it rejected at once, those under way and later ones', async () => {
    const cluster = await start()
    const west = await yardOf(cluster, 'west')
    const pending = rejection(west.never())
    await sleep(20)
    const begun = performance.now()
    await end(cluster)
    expect((await pending).error).toMatchObject({ name: 'SessionEndedError', code: 'session-ended' })
    expect(performance.now() - begun).toBeLessThan(AT_ONCE_MS)
    const later = await rejection(west.threadId())
    expect(later.error).toMatchObject({ name: 'BrokenReferenceError', code: 'broken-reference' })
    const lookup = await rejection(yardOf(cluster, 'west'))
    expect(lookup.error).toMatchObject({ name: 'UnreachableError', code: 'unreachable' })
    expect(Math.max(later.ms, lookup.ms)).toBeLessThan(AT_ONCE_MS)
    expect(cluster.names).toEqual(['east'])
    expect(await (await yardOf(cluster, 'east')).peers()).toEqual(['main'])
  })

  it('has its objects broken at once, here and on the other workers', async () => {
    const cluster = await start()
    const [east, west] = [await yardOf(cluster, 'east'), await yardOf(cluster, 'west')]
    const broken: string[] = []
    const peer = await west.make()
    cluster.node.onBroken(peer, () => broken.push('here'))
    await east.keep('far', peer)
    await east.add('far', 1)
    await east.watch('far')
    const waiting = east.waitFor('west')
    await sleep(50)
    await end(cluster)
    const { code, ms } = await waiting
    expect(code).toBe('session-ended')
    expect(ms).toBeLessThan(AT_ONCE_MS)
    expect(await settled(['far'], () => east.told(), AT_ONCE_MS)).toEqual(['far'])
    expect(broken).toEqual(['here'])
    expect(await east.attempt('far')).toBe('broken-reference')
  })
})

describe('the end of a worker', () => {
  it('does not keep what it said last from being heard', async () => {
    const cluster = await Cluster.start({ module: yardModule, nodes: 12, node: { rounds: null } })
    cluster.onWorkerGone(() => {})
    for (const name of cluster.names) expect(await (await yardOf(cluster, name)).answerAndFail()).toBe('good-bye')
    await cluster.close()
  })

  it('is told to who listens, with what the worker threw, unless it was asked for', async () => {
    const cluster = await yards.start({ names: ['east', 'west', 'south'] })
    const told: WorkerGone[] = []
    cluster.onWorkerGone((event) => told.push(event))
    const stop = cluster.onWorkerGone(() => told.push({ name: 'nobody', error: new WorkerGoneError('nobody', '') }))
    stop()
    await cluster.terminate('east')
    await (await yardOf(cluster, 'west')).fail()
    await settled(1, async () => told.length)
    await rejection((await yardOf(cluster, 'south')).exit())
    await settled(2, async () => told.length)
    expect(told.map(({ name }) => name)).toEqual(['west', 'south'])
    expect(told[0].error).toMatchObject({ code: 'worker-gone', data: { node: 'west' } })
    expect(told[0].error.cause).toBeInstanceOf(RangeError)
    expect(told[1].error.message).toContain('exit code 3')
  })

  it('is a warning of the process when nobody listens', async () => {
    const cluster = await yards.start()
    const warned = once(process, 'warning')
    await (await yardOf(cluster, 'west')).fail()
    expect(await warned).toMatchObject([{ name: 'WorkerGoneError', code: 'worker-gone' }])
  })

  it('can be brought about though the worker is in an endless loop', async () => {
    const cluster = await yards.start()
    const spinning = rejection((await yardOf(cluster, 'west')).spin())
    await sleep(50)
    await cluster.terminate('west')
    expect((await spinning).error).toMatchObject({ code: 'session-ended' })
  })

  it('comes once: terminating it again is no mistake, and no such worker is', async () => {
    const cluster = await yards.start()
    await Promise.all([cluster.terminate('west'), cluster.terminate('west')])
    await cluster.terminate('west')
    await expect(cluster.terminate('north')).rejects.toMatchObject({ code: 'no-such-worker' })
  })
})

describe('what a terminated worker held', () => {
  const expectKeptThenFreed = async (cluster: Cluster, left: () => PromiseLike<number>): Promise<void> => {
    const endedAt = performance.now()
    await cluster.terminate('west')
    await collectGarbage()
    await cluster.node.collectLocally()
    await cluster.node.collect()
    expect(await insist(left), 'its gifts may be under way').toBe(1)
    expect(performance.now() - endedAt, 'the test is too slow to tell').toBeLessThan(10 * shortLease.term)
    expect(await settled(0, left)).toBe(0)
    expect(performance.now() - endedAt).toBeGreaterThan(10 * shortLease.term)
  }

  it('is freed when its lease and quarantine are over, and not before', async () => {
    const cluster = await yards.start({ lease: shortLease })
    const [east, west] = [await yardOf(cluster, 'east'), await yardOf(cluster, 'west')]
    await (async () => {
      const peer = await east.make()
      await peer.watch()
      await west.keep('peer', peer)
      expect(await west.add('peer', 1)).toBe(1)
    })()
    await expectKeptThenFreed(cluster, () => east.left())
    expect(await settled(1, async () => (await east.tables()).exports)).toBe(1)
  })

  it('is freed too when it was half of a cycle', async () => {
    const cluster = await yards.start({ lease: shortLease })
    const [east, west] = [await yardOf(cluster, 'east'), await yardOf(cluster, 'west')]
    await (async () => {
      const [one, other] = [await east.make(), await west.make()]
      await one.watch()
      await one.meet(other)
      await other.meet(one)
    })()
    await expectKeptThenFreed(cluster, () => east.left())
    expect(await settled(0, async () => (await east.tables()).imports)).toBe(0)
  })
})

describe('a cluster that cannot start', () => {
  const module = new URL('fixtures/fails-to-start.mjs', import.meta.url)

  it.each(['throws', 'rejects'])('because a worker %s tells the error, and leaves no thread', async (way) => {
    const { error } = await rejection(Cluster.start({ module, names: ['goes-on', way] }))
    expect(error).toBeInstanceOf(RangeError)
    expect(error).toMatchObject({
      name: 'BadPlanError',
      message: 'there is no plan',
      code: 'bad-plan',
      cause: { name: 'TypeError', message: 'because' },
      stack: expect.stringContaining('fails-to-start.mjs') as string,
    })
    expect(running.size).toBe(0)
  })

  it('because a worker exits says so', async () => {
    const { error } = await rejection(Cluster.start({ module, names: ['goes-on', 'exits'] }))
    expect(error).toBeInstanceOf(WorkerGoneError)
    expect(error).toMatchObject({ message: expect.stringContaining('exit code 4') as string })
    expect(running.size).toBe(0)
  })

  it.each([
    ['cannot be loaded', 'fixtures/cannot-be-loaded.mjs', { name: 'SyntaxError' }],
    ['is not there', 'fixtures/is-not-there.mjs', { code: 'ERR_MODULE_NOT_FOUND' }],
    ['exports no function', 'fixtures/no-default.mjs', { name: 'UsageError', code: 'no-default-function' }],
  ])('because its module %s tells that', async (_what, file, expected) => {
    const { error } = await rejection(Cluster.start({ module: new URL(file, import.meta.url), nodes: 1 }))
    expect(error).toMatchObject(expected)
    expect(running.size).toBe(0)
  })

  it.each([
    [{ names: [] }],
    [{}],
    [{ nodes: 0 }],
    [{ names: ['east', 'east'] }],
    [{ names: ['main'] }],
    [{ names: ['home'], node: { id: 'home' } }],
  ])('with the names of %j is refused before anything starts', async (options) => {
    await expect(Cluster.start({ module, ...options })).rejects.toMatchObject({ code: 'bad-cluster' })
    expect(running.size).toBe(0)
  })

  it('with a name that is none is refused before anything starts', async () => {
    await expect(Cluster.start({ module, names: ['goes-on', ''] })).rejects.toMatchObject({ code: 'bad-id' })
    expect(running.size).toBe(0)
  })
})

describe('closing a cluster', () => {
  it('leaves no thread, however often it is done, and rejects what is under way and what comes later', async () => {
    const cluster = await yards.start()
    const yard = await yardOf(cluster, 'west')
    const pending = rejection(yard.never())
    await Promise.all([cluster.close(), cluster.close()])
    await cluster[Symbol.asyncDispose]()
    expect(running.size).toBe(0)
    expect((await pending).error).toMatchObject({ code: 'closed' })
    expect((await rejection(cluster.lookup<Yard>('west', 'yard'))).error).toMatchObject({ code: 'closed' })
  })
})
