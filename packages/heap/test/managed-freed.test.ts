import { describe, expect, it } from 'vitest'
import { Managed } from '../src/managed/index.js'
import { ManagedWorld, macrotask } from './support/managed-world.js'

class Thing extends Managed {
  label = ''
  next: object | null = null
}

const inside = <T>(act: () => T): T => act()

describe('onFreed', () => {
  it('calls back once, in order, after the object is freed and not while', async () => {
    const world = new ManagedWorld()
    const calls: string[] = []
    const handle = inside(() => world.managed.referTo(new Thing()))
    world.managed.onFreed(handle, () => calls.push(`first ${world.heap.resolves(handle)}`))
    const cancel = world.managed.onFreed(handle, () => calls.push('cancelled'))
    world.managed.onFreed(handle, () => calls.push('second'))
    cancel()
    await macrotask()
    world.runsDeferred = false
    await world.collect()
    expect([calls, world.heap.resolves(handle)]).toEqual([[], false])
    const other = new ManagedWorld()
    const otherHandle = inside(() => other.managed.referTo(new Thing()))
    other.managed.onFreed(otherHandle, () => calls.push(`first ${other.heap.resolves(otherHandle)}`))
    other.managed.onFreed(otherHandle, () => calls.push('second'))
    await other.collect()
    await other.collect()
    expect(calls).toEqual(['first false', 'second'])
    expect(() => other.managed.onFreed(otherHandle, () => undefined)).toThrow(/stale-handle/)
  })

  it('tells of imports as well, cancels until the last moment, and one that throws stops no other', async () => {
    const world = new ManagedWorld()
    const calls: string[] = []
    const errors: unknown[] = []
    const handle = inside(() => world.managed.referTo(world.receive(1)))
    world.managed.onFreed(handle, () => {
      calls.push('throws')
      cancel()
      throw new Error('mine')
    })
    const cancel = world.managed.onFreed(handle, () => calls.push('cancelled'))
    world.managed.onFreed(handle, () => calls.push('last'))
    const listener = (error: unknown): void => void errors.push(error)
    process.prependOnceListener('uncaughtException', listener)
    const others = process.listeners('uncaughtException').filter((one) => one !== listener)
    for (const one of others) process.off('uncaughtException', one)
    await world.collect()
    await macrotask()
    for (const one of others) process.on('uncaughtException', one)
    expect([calls, errors]).toEqual([['throws', 'last'], [new Error('mine')]])
  })
})

describe('weak maps', () => {
  it('find a value by the object, whichever representative stands for it', async () => {
    const world = new ManagedWorld()
    const weak = world.managed.weakMap<object, unknown>()
    const root = new Thing()
    world.managed.referTo(root)
    inside(() => {
      root.next = new Thing()
      weak.set(root.next, { note: ['kept'] })
      return weak.set(root, 1)
    })
    await world.collect()
    const again = root.next as Thing
    expect([weak.get(again), weak.has(again), weak.get(root)]).toEqual([{ note: ['kept'] }, true, 1])
    expect([weak.delete(again), weak.delete(again), weak.has(again), weak.get(again)]).toEqual([
      true,
      false,
      false,
      undefined,
    ])
  })

  it('let go of an entry whose value leads back to its key', async () => {
    const world = new ManagedWorld()
    const weak = world.managed.weakMap<Thing, Thing>()
    const refs = inside(() => {
      const [key, value] = [new Thing(), new Thing()]
      value.next = key
      weak.set(key, value)
      return [key, value].map((thing) => new WeakRef(thing))
    })
    expect(world.heap.objectCount).toBe(2)
    expect(await world.collect()).toBe(2)
    expect(refs.map((ref) => ref.deref())).toEqual([undefined, undefined])
  })

  it('forget plain data with its key', async () => {
    const world = new ManagedWorld()
    const weak = world.managed.weakMap<Thing, object>()
    const data = inside(() => {
      const key = new Thing()
      return new WeakRef(weak.set(key, { note: 'plain' }).get(key) as object)
    })
    expect(await world.collect()).toBe(1)
    await world.gcAlone()
    expect(data.deref()).toBeUndefined()
    expect(weak.has(new Thing())).toBe(false)
  })

  it('keep a value as long as its key lives, and no longer than the map', async () => {
    const world = new ManagedWorld()
    const key = new Thing()
    const handle = world.managed.referTo(key)
    const held = { map: world.managed.weakMap<Thing, Thing>() as unknown }
    inside(() => {
      const value = new Thing()
      value.label = 'value'
      return (held.map as Map<Thing, Thing>).set(key, value)
    })
    expect(await world.collect()).toBe(0)
    const [label, target] = inside(() => {
      const kept = (held.map as Map<Thing, Thing>).get(key) as Thing
      return [kept.label, world.managed.handleOf(kept)]
    })
    expect([label, [...world.managed.fieldsOf(handle)]]).toEqual(['value', [{ path: '<weak map>', target }]])
    await macrotask()
    held.map = null
    await world.collect()
    await world.collect()
    expect([world.heap.referencesOf(handle), world.managed.sizes.managed, key.label]).toEqual([[], 1, ''])
  })

  it('keep what they have for an import until the import goes', async () => {
    const world = new ManagedWorld()
    const weak = world.managed.weakMap<object, Thing>()
    const held = { remote: world.receive(4) as object | null }
    inside(() => {
      const value = new Thing()
      value.label = 'for the import'
      return weak.set(held.remote as object, value)
    })
    await world.collect()
    expect(weak.get(held.remote as object)?.label).toBe('for the import')
    held.remote = null
    await world.collect()
    await world.collect()
    expect([world.dropped, world.managed.sizes]).toEqual([
      [4],
      { managed: 0, ordinary: 0, remotes: 0, representatives: 0 },
    ])
  })

  it('take ordinary objects as native weak maps do, and refuse what fields refuse', async () => {
    const world = new ManagedWorld()
    const weak = world.managed.weakMap<object, unknown>()
    const key = (): number => 1
    expect([weak.get(key), weak.has(key)]).toEqual([undefined, false])
    const value = new Map()
    expect(weak.set(key, value).get(key)).toBe(value)
    expect([weak.has(key), weak.delete(key), weak.has(key)]).toEqual([true, true, false])
    const thing = new Thing()
    expect(() => weak.set(thing, new Map())).toThrow(/ManagedWeakMap\.value.*untraceable-field/)
    expect([world.managed.handleOf(thing), weak.has(thing)]).toEqual([undefined, false])
    const ref = inside(() => {
      const object = {}
      weak.set(object, [object])
      return new WeakRef(object)
    })
    await world.collect()
    expect(ref.deref()).toBeUndefined()
  })
})
