/** Does memory come back? Five ways to let go of objects of another thread, with real workers. benchmarks/src/leaks has others beside. */
import { setTimeout as sleep } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { type Comlink, proxy, type Remote } from '../src/index.js'
import { useComlinks } from './support/comlinks.js'
import { collectGarbage } from './support/garbage.js'
import { rejection, useThreads } from './support/threads.js'

interface Peer {
  meet(other: object): void
}
interface Thread {
  make(): { hi(): string }
  makePeer(): Peer
  keep(object: object): void
  never(): Promise<never>
  living(): Promise<number>
  kept(): number
  readonly id: string
}

/** With its quarantine, six seconds: so long a thread that is gone or out of reach is waited for. Busy machines cannot do with less. */
const lease = { term: 500, drift: 0.01 }

/** Collects everywhere until a thread has nothing left, or for twenty seconds. @returns what is left */
async function leftAfter(comlink: Comlink, living: () => Promise<number>): Promise<number> {
  const begun = performance.now()
  for (;;) {
    await collectGarbage()
    await comlink.node.collect()
    const left = await living()
    if (left === 0 || performance.now() - begun > 20_000) return left
    await sleep(20)
  }
}

describe('what another thread held, or holds of another, comes back:', () => {
  const start = useThreads()
  const comlinkOf = useComlinks()

  /** An object of this thread, given away. */
  async function given(give: (object: { hi(): string }) => PromiseLike<unknown>): Promise<() => Promise<number>> {
    const object = proxy({ hi: () => 'hi' })
    const ref = new WeakRef(object)
    await give(object)
    return () => Promise.resolve(Number(ref.deref() !== undefined))
  }

  it('objects that were dropped without a word', async () => {
    const comlink = comlinkOf()
    const worker = comlink.wrap<Thread>(start('leak-worker'))
    const held = await worker.make()
    await (async () => {
      const made = await Promise.all(Array.from({ length: 100 }, () => worker.make()))
      expect(await made[99].hi()).toBe('hi')
      expect(await worker.living()).toBe(101)
    })()
    expect(await leftAfter(comlink, async () => (await worker.living()) - 1)).toBe(0)
    expect(await held.hi()).toBe('hi')
  })

  it('a cycle of two workers', async () => {
    const comlink = comlinkOf()
    const [one, other] = [comlink.wrap<Thread>(start('leak-worker')), comlink.wrap<Thread>(start('leak-worker'))]
    const living = async () => (await one.living()) + (await other.living())
    await (async () => {
      const near: Remote<Peer> = (await one.makePeer()) as never
      const far: Remote<Peer> = (await other.makePeer()) as never
      await near.meet(far)
      await far.meet(near)
    })()
    await collectGarbage()
    // Counting alone does not free it.
    await comlink.node.collectLocally()
    expect(await living()).toBe(2)
    expect(await leftAfter(comlink, living)).toBe(0)
  })

  it('the thread is terminated', async () => {
    const comlink = comlinkOf({ lease })
    const thread = start('leak-worker', { lease })
    const worker = comlink.wrap<Thread>(thread)
    const living = await given((object) => worker.keep(object))
    await collectGarbage()
    expect(await living()).toBe(1)
    await thread.terminate()
    expect(await leftAfter(comlink, living)).toBe(0)
  })

  it('the port is closed, and the thread lives', async () => {
    const comlink = comlinkOf({ lease })
    const thread = start('leak-worker', { lease })
    const worker = comlink.wrap<Thread>(thread)
    const { port1, port2 } = new MessageChannel()
    const living = await given(async (object) => {
      comlink.expose(object, port1)
      thread.postMessage({ wrap: port2 }, [port2])
      while ((await worker.kept()) === 0) await sleep(5)
    })
    await collectGarbage()
    expect(await living()).toBe(1)
    port1.close()
    expect(await leftAfter(comlink, living)).toBe(0)
    expect(await worker.kept()).toBe(1)
  })

  it('the link of the nodes is closed, and the thread lives', async () => {
    const comlink = comlinkOf({ lease })
    const worker = comlink.wrap<Thread>(start('leak-worker', { lease }))
    const living = await given((object) => worker.keep(object))
    expect(await living()).toBe(1)
    comlink.node.disconnect(await worker.id)
    expect(await leftAfter(comlink, living)).toBe(0)
  })

  it('calls to a thread that is gone reject at once, those under way too', async () => {
    // As by default: 30 seconds.
    const comlink = comlinkOf()
    const thread = start('leak-worker')
    const worker = comlink.wrap<Thread>(thread)
    const object = await worker.make()
    const underWay = rejection(worker.never())
    const begun = performance.now()
    await thread.terminate()
    expect(await underWay).toMatchObject({ code: 'session-ended' })
    expect(await rejection(object.hi())).toMatchObject({ code: 'broken-reference' })
    expect(performance.now() - begun).toBeLessThan(1000)
  })
})
