/** Cycles of ordinary functions that span nodes, found by asking the real V8: the objects themselves are gone. A snapshot takes seconds here. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { traceExact as traceInBrowser } from '../../src/face/browser-exact-tracer.js'
import { byReference, type HoldfastNode, type NodeOptions, type Remote } from '../../src/index.js'
import { collectGarbage, join, rejection, useFaceWorld } from '../support/face.js'

/** Keeps what it is given, and tells its name. */
type Meet = (other?: object | null) => string

interface Pair {
  /** Of what both ends capture. */
  readonly bodies: WeakRef<object>[]
  readonly near: WeakRef<Meet>
}

/** In a scope that has nothing else. */
function meeter(name: string, bodies: WeakRef<object>[]): Meet {
  const body = { name, other: null as object | null }
  bodies.push(new WeakRef(body))
  return (other) => {
    if (other !== undefined) body.other = other
    return body.name
  }
}

function publishMaker(node: HoldfastNode): WeakRef<object>[] {
  const bodies: WeakRef<object>[] = []
  node.publish(
    'make',
    byReference((name: string) => meeter(name, bodies)),
  )
  return bodies
}

/** A function here and one there that lead to each other. `use` sees both before they are let go of. */
async function makePair(
  [here, there]: readonly HoldfastNode[],
  name: string,
  use: (near: Meet, far: Remote<Meet>) => unknown = () => null,
): Promise<Pair> {
  const bodies = publishMaker(there)
  const make = await here.lookup<(name: string) => Meet>(there.id, 'make')
  there.unpublish('make')
  const near = meeter(name, bodies)
  const far = await make(name)
  await far(near)
  near(far)
  await use(near, far)
  return { bodies, near: new WeakRef(near) }
}

const areThere = ({ bodies }: Pair): boolean[] => bodies.map((body) => body.deref() !== undefined)
const ALL = [true, true]
const NONE = [false, false]

const traceAll = async (nodes: readonly HoldfastNode[]): Promise<void> => {
  for (const node of nodes) await node.traceExact()
}

describe('after exact traces on all nodes', () => {
  const world = useFaceWorld()

  it('a round frees cycles of functions, and only those that no code leads to', async () => {
    const nodes = await world.mesh('alice', 'bob')
    const [alice, bob] = nodes
    const held: unknown[] = []
    const timers: NodeJS.Timeout[] = []
    const garbage = await makePair(nodes, 'garbage')
    const touched = await makePair(nodes, 'touched', (near) => alice.publish('touched', near))
    const pairs = {
      variable: await makePair(nodes, 'variable', (near) => held.push(near)),
      remote: await makePair(nodes, 'remote', (_, far) => held.push(far)),
      name: await makePair(nodes, 'name', (near) => alice.publish('name', near)),
      timer: await makePair(nodes, 'timer', (near) => timers.push(setTimeout(near, 1e8))),
      listener: await makePair(nodes, 'listener', (near) => {
        const target = new EventTarget()
        target.addEventListener('news', () => near())
        held.push(target)
      }),
      asynchronous: await makePair(nodes, 'asynchronous', (_, far) => {
        held.push(waitFor(new Promise((resolve) => held.push(resolve)), far))
      }),
    }
    const deadlock = await makePair(nodes, 'deadlock', (near, far) => void waitForItself(near, far))
    const weak = await alice.weak(pairs.remote.near.deref() as Meet)
    await collectGarbage()
    expect((await alice.collect()).condemned).toBe(0)

    await traceAll(nodes)
    await (async () => {
      const far = await bob.lookup<Meet>('alice', 'touched')
      expect(await far()).toBe('touched')
    })()
    alice.unpublish('touched')
    expect((await alice.collect()).condemned).toBe(4)
    // The verdict is still on its way to bob.
    await sleep(50)
    await collectGarbage()
    expect([areThere(garbage), areThere(deadlock), areThere(touched)]).toEqual([NONE, NONE, ALL])
    expect(Object.values(pairs).map(areThere)).toEqual(Object.values(pairs).map(() => ALL))
    expect((weak.deref() as Meet)()).toBe('remote')
    expect(await (held[1] as Remote<Meet>)()).toBe('remote')
    expect(await (await bob.lookup<Meet>('alice', 'name'))()).toBe('name')

    for (const timer of timers.splice(0)) clearTimeout(timer)
    held.length = 0
    alice.unpublish('name')
    await traceAll(nodes)
    while ((await alice.collect()).condemned > 0);
    await world.settle()
    expect([touched, ...Object.values(pairs)].map(areThere)).toEqual([touched, ...Object.values(pairs)].map(() => NONE))
    expect(weak.isAlive).toBe(false)
  }, 180_000)

  it('what a WeakRef of the program brings back after all is broken, and no other object', async () => {
    const options: Partial<NodeOptions> = { garbage: { share: 0 } }
    const nodes = [world.node('alice', options), world.node('bob', options)]
    await join(nodes[0], nodes[1])
    const remotes: WeakRef<object>[] = []
    const pair = await makePair(nodes, 'pair', (_, far) => remotes.push(new WeakRef(far)))
    await collectGarbage()
    await traceAll(nodes)
    expect((await nodes[0].collect()).condemned).toBe(2)
    const [near, far] = [pair.near.deref() as Meet, remotes[0].deref() as Remote<Meet>]
    expect(near()).toBe('pair')
    expect(await rejection(far())).toMatchObject({ code: 'broken-reference' })
    nodes[1].publish(
      'anything',
      byReference(() => 'other'),
    )
    const other = await nodes[0].lookup<() => string>('bob', 'anything')
    expect(await rejection((other as unknown as Meet)(near) as never)).toMatchObject({ code: 'stale-handle' })
    expect(await other()).toBe('other')
  }, 60_000)
})

/** Suspended for as long as its promise is. */
async function waitFor(promise: Promise<unknown>, far: Remote<Meet>): Promise<void> {
  await promise
  await far()
}

/** Suspended until what it leads to itself resumes it: garbage. */
async function waitForItself(near: Meet, far: Remote<Meet>): Promise<void> {
  await new Promise((resolve) => near({ resolve, far }))
  await far()
}

describe('one exact trace', () => {
  const world = useFaceWorld()

  it('tells what it found and how it goes on, once for all who ask meanwhile', async () => {
    const nodes = await world.mesh('alice', 'bob')
    const held: object[] = []
    const kept = await makePair(nodes, 'kept', (near) => held.push(near))
    const lost = await makePair(nodes, 'lost')
    const bytes: number[] = []
    const first = nodes[0].traceExact({ onProgress: (soFar) => bytes.push(soFar) })
    const second = nodes[0].traceExact()
    expect(await first).toEqual({ objects: 4, unreachable: 2, snapshotBytes: bytes.at(-1) })
    expect(await second).toBe(await first)
    // Only one of the two nodes has asked: for the other, its end is a root.
    expect((await nodes[0].collect()).condemned).toBe(0)
    await sleep(0)
    expect([areThere(kept), areThere(lost)]).toEqual([ALL, ALL])
    expect((lost.near.deref() as Meet)()).toBe('lost')
  })

  it('explains what keeps an object: code, or nothing but other nodes', async () => {
    const nodes = await world.mesh('alice', 'bob')
    const lost = await makePair(nodes, 'lost')
    const held = await makePair(nodes, 'held', (near) => Reflect.set(globalThis, 'heldByTest', { list: [near] }))
    await collectGarbage()
    const explain = (pair: Pair): Promise<string | null> => nodes[0].explainExact(pair.near.deref() as Meet)
    expect(await explain(lost)).toBeNull()
    expect(await explain(held)).toMatch(/^globalThis\.heldByTest\.list\[0\] \(closure at .*exact\.test\.ts:\d+:\d+\)$/)
    Reflect.deleteProperty(globalThis, 'heldByTest')
  })

  it('is refused where V8 cannot be asked', async () => {
    await expect(traceInBrowser()).rejects.toMatchObject({ code: 'unsupported' })
  })
})
