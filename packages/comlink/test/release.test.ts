/** What becomes of objects that were exposed, or made for another thread: asked of the objects themselves, after V8 has collected. */
import { MessageChannel } from 'node:worker_threads'
import { Managed } from '@holdfast/heap/managed'
import { describe, expect, it } from 'vitest'
import { type Comlink, finalizer, proxy, type Remote, releaseProxy, type Wrapped } from '../src/index.js'
import { useComlinks } from './support/comlinks.js'
import { collectGarbage, collectUntil, until } from './support/garbage.js'
import { rejection } from './support/threads.js'

/** The objects of a test, by WeakRefs. */
class Watched {
  readonly #refs: WeakRef<object>[] = []
  of<T extends object>(object: T): T {
    this.#refs.push(new WeakRef(object))
    return object
  }
  get living(): number {
    return this.#refs.filter((ref) => ref.deref() !== undefined).length
  }
}

/** The owner exposes and keeps nothing. */
function exposed<T>(owner: Comlink, object: object, holder: Comlink): { far: Wrapped<T>; closed: () => boolean } {
  const { port1, port2 } = new MessageChannel()
  let isClosed = false
  port1.on('close', () => {
    isClosed = true
  })
  owner.expose(object, port1)
  return { far: holder.wrap<T>(port2), closed: () => isClosed }
}

class Peer extends Managed {
  other: Remote<Peer> | Peer | null = null
  meet(other: Remote<Peer> | Peer): void {
    this.other = other
  }
  self(): Peer {
    return this
  }
}

const service = (watched: Watched) => ({
  make: () => proxy(watched.of({ hi: () => 'hi' })),
  makePeer: () => watched.of(new Peer()),
  keepNothing: (listener: () => string) => listener(),
})
interface Service {
  make(): { hi(): string }
  makePeer(): Peer
  keepNothing(listener: () => string): string
}

describe('an object', () => {
  const comlink = useComlinks()

  it('that was exposed at a port goes when its proxy is forgotten, and the port is closed', async () => {
    const [owner, holder, watched] = [comlink(), comlink(), new Watched()]
    const closed = await (async () => {
      const { far, closed } = exposed<Service>(owner, watched.of(service(watched)), holder)
      await far.keepNothing(() => 'x')
      expect(watched.living).toBe(1)
      return closed
    })()
    expect(await collectUntil([owner.node, holder.node], () => watched.living === 0)).toBe(true)
    expect(await until(closed)).toBe(true)
    expect(owner.node.tables).toMatchObject({ exports: 0, imports: 0 })
  })

  it('that was exposed and not yet wrapped stays', async () => {
    const [owner, holder, watched] = [comlink(), comlink(), new Watched()]
    const { port1, port2 } = new MessageChannel()
    owner.expose(watched.of({ hi: () => 'hi' }), port1)
    await collectGarbage()
    await collectGarbage()
    expect(watched.living).toBe(1)
    expect(await holder.wrap<{ hi(): string }>(port2).hi()).toBe('hi')
  })

  it('stays as long as its proxy, or a method of it, is in hand', async () => {
    const [owner, holder, watched] = [comlink(), comlink(), new Watched()]
    const kept = (() => {
      const { far } = exposed<{ hi(): string }>(owner, watched.of({ hi: () => 'hi' }), holder)
      return { hi: far.hi }
    })()
    expect(await kept.hi()).toBe('hi')
    expect(await collectUntil([owner.node, holder.node], () => watched.living === 0, 5)).toBe(false)
    expect(await kept.hi()).toBe('hi')
  })

  it('goes at once when its proxy is released, and the finalizer is called', async () => {
    const [owner, holder] = [comlink(), comlink()]
    const ended: string[] = []
    const object = { hi: () => 'hi', [finalizer]: () => void ended.push('ended') }
    const { far, closed } = exposed<typeof object>(owner, object, holder)
    await far.hi()
    far[releaseProxy]()
    expect(await until(closed)).toBe(true)
    expect(ended).toEqual(['ended'])
    expect(await rejection(far.hi())).toMatchObject({ code: 'disposed' })
  })

  it('goes when the port is closed, wherever it is', async () => {
    const [owner, holder, watched] = [comlink(), comlink(), new Watched()]
    const { port1, port2 } = new MessageChannel()
    owner.expose(watched.of({ hi: () => 'hi' }), port1)
    const far = holder.wrap<{ hi(): string }>(port2)
    await far.hi()
    port2.close()
    expect(await collectUntil([owner.node, holder.node], () => watched.living === 0)).toBe(true)
    expect(await rejection(far.hi())).toMatchObject({ code: 'disposed' })
  })

  it('that was a result or a callback goes when it is forgotten', async () => {
    const [owner, holder, watched] = [comlink(), comlink(), new Watched()]
    const { far } = exposed<Service>(owner, service(watched), holder)
    await (async () => {
      const made = await far.make()
      expect(await made.hi()).toBe('hi')
      expect(await far.keepNothing(watched.of(() => 'called'))).toBe('called')
    })()
    expect(await collectUntil([owner.node, holder.node], () => watched.living === 0)).toBe(true)
    expect(await far.keepNothing(() => 'still there')).toBe('still there')
  })

  it('in a cycle with one of another thread goes when nobody else refers to either', async () => {
    const [owner, holder, watched] = [comlink(), comlink(), new Watched()]
    const { far } = exposed<Service>(owner, service(watched), holder)
    await (async () => {
      const peer = await far.makePeer()
      const mine = watched.of(new Peer())
      await peer.meet(mine)
      mine.meet(peer)
    })()
    // What stood for them goes first; the objects behind are what the tables say.
    expect(await collectUntil([owner.node, holder.node], () => watched.living === 0)).toBe(true)
    expect(owner.node.tables).toMatchObject({ exports: 2, imports: 1 })
    await owner.node.collect()
    expect(await until(() => owner.node.tables.exports + owner.node.tables.imports === 1)).toBe(true)
    expect(await far.keepNothing(() => 'still there')).toBe('still there')
  })

  it('that was exposed at a port and is in such a cycle goes, too', async () => {
    const [owner, holder] = [comlink(), comlink()]
    await (async () => {
      const object = new Peer()
      const { far } = exposed<Peer>(owner, object, holder)
      const mine = new Peer()
      await far.meet(mine)
      mine.meet(await far.self())
    })()
    const tables = () => owner.node.tables.exports + owner.node.tables.imports
    for (let pass = 0; pass < 50 && tables() > 0; pass++) {
      await collectGarbage()
      await owner.node.collect()
    }
    expect(tables()).toBe(0)
  })

  it('that was released is of no more interest to its endpoint', async () => {
    const [owner, holder] = [comlink(), comlink()]
    const { port1, port2 } = new MessageChannel()
    owner.expose({ hi: () => 'hi' }, port1)
    const far = holder.wrap<{ hi(): string }>(port2)
    const released = holder.wrap<{ hi(): string }>(port2)
    await Promise.all([far.hi(), released.hi()])
    expect(port2.listenerCount('message')).toBe(2)
    released[releaseProxy]()
    expect(port2.listenerCount('message')).toBe(1)
    expect(await far.hi()).toBe('hi')
  })
})
