/** Stores that fail, or that hold what this node can't use. */
import { type Incarnation, nodeId } from '@holdfast/core'
import { MemoryStore, StoreError } from '@holdfast/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DurableHeapNode } from '../../src/durable/index.js'
import { decodeNodeImage, encodeNodeImage, type NodeImageHeader } from '../../src/durable/node-image.js'
import { type HeapNode, type IncomingCall, LATER } from '../../src/index.js'
import { ask, DurableWorld, eventually } from '../support/durable-world.js'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

describe('a store', () => {
  let world: DurableWorld
  let alice: HeapNode
  let store: MemoryStore
  let bob: DurableHeapNode
  let failures: StoreError[]
  const counting = {
    onCall: ({ payload }: IncomingCall) => {
      const object = bob.heap.create(payload.slice())
      bob.heap.setRoot(`object ${bob.heap.rootNames.length}`, object)
      bob.heap.unpin(object)
      return { references: [object], payload: bytes(bob.heap.rootNames.length) }
    },
    onStoreFailure: (error: StoreError) => failures.push(error),
  }

  beforeEach(async () => {
    world = new DurableWorld()
    failures = []
    store = new MemoryStore()
    alice = world.plain('alice')
    bob = await world.durable('bob', store, counting)
  })
  afterEach(() => world.close())

  it('that is full leaves everything as it was: what could not be kept has not happened, to anybody', async () => {
    expect((await ask(alice, 'bob', { payload: bytes(1) })).payload).toEqual(bytes(1))
    await bob.committed()
    const before = alice.sessionWith(bob.name)
    store.beforeWrite = () => {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    }
    const refused = ask(alice, 'bob', { payload: bytes(2) })
    await eventually(() => expect(failures).toMatchObject([{ code: 'store-failed', cause: { code: 'ENOSPC' } }]))
    expect(bob.failure).toBe(failures[0])
    await expect(bob.committed()).rejects.toBe(failures[0])
    await bob.stop()
    expect(alice.sessionWith(bob.name)?.received, 'not even an acknowledgement was seen').toBe(before?.received)

    store.beforeWrite = () => {}
    world.kill('bob')
    bob = await world.durable('bob', store, counting)
    expect(bob.heap.rootNames, 'as before the failure').toEqual(['object 0'])
    expect((await refused).payload, 'the call comes again, once').toEqual(bytes(2))
    expect(alice.sessionWith(bob.name)?.number).toBe(before?.number)
  })

  it('holds what is sent until it has what led to it', async () => {
    await ask(alice, 'bob')
    let write: () => void = () => {}
    store.beforeWrite = () =>
      new Promise((resolve) => {
        write = resolve
      })
    let isAnswered = false
    const answered = ask(alice, 'bob').then(() => {
      isAnswered = true
    })
    await eventually(() => expect(bob.heap.rootNames).toHaveLength(2))
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(isAnswered).toBe(false)
    store.beforeWrite = () => {}
    write()
    await answered
    expect(store.copy().size).toBe(store.size)
  })

  it('makes one write of what happens together', async () => {
    await ask(alice, 'bob')
    await bob.committed()
    let writes = 0
    store.beforeWrite = async () => {
      writes++
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await Promise.all(Array.from({ length: 200 }, () => ask(alice, 'bob')))
    expect(bob.heap.rootNames).toHaveLength(201)
    expect(writes).toBeLessThan(40)
  })

  it('puts an image in the place of many entries', async () => {
    await bob.stop()
    bob = await world.durable('bob', store, { ...counting, imageAfterBytes: 2000 })
    const size = store.size
    for (let calls = 0; calls < 50; calls++) {
      const {
        handles: [given],
      } = await ask(alice, 'bob')
      bob.heap.clearRoot('object 0')
      alice.heap.unpin(given)
      alice.collectLocally()
    }
    await bob.committed()
    expect(store.size).toBeLessThan(size + 30_000)
  })

  it('of another node is refused', async () => {
    await bob.stop()
    await expect(world.durable('carol', store)).rejects.toMatchObject({ code: 'store-foreign', data: { node: 'bob' } })
    bob = await world.durable('bob', store, counting)
  })

  it('of a later version is refused, and so are entries of another one; an image is not', async () => {
    await bob.stop()
    const rewrite = async (change: Partial<NodeImageHeader>, entries: readonly Uint8Array[]): Promise<MemoryStore> => {
      const stored = await store.copy().open()
      const { header, state } = decodeNodeImage(stored.image as Uint8Array)
      const changed = new MemoryStore()
      await changed.open()
      await changed.replace(encodeNodeImage({ header: { ...header, ...change }, state }))
      for (const entry of entries) await changed.append(entry)
      await changed.close()
      return changed
    }
    const opened = async (change: Partial<NodeImageHeader>, entries: readonly Uint8Array[] = []): Promise<unknown> => {
      return world.durable('bob', await rewrite(change, entries))
    }
    await expect(opened({ stateVersion: 99 })).rejects.toMatchObject({ code: 'store-version' })
    await expect(opened({ stateVersion: 99 })).rejects.toThrow(/start that version/)
    await expect(opened({ entriesVersion: 0 }, [bytes(1)])).rejects.toThrow(/start that version once and stop it/)
    await expect(opened({ settings: '{}' }, [bytes(1)])).rejects.toThrow(/old ones/)
    await expect(opened({}, [bytes(200)])).rejects.toMatchObject({ code: 'store-corrupt' })
    bob = (await opened({ entriesVersion: 0, settings: '{}' })) as DurableHeapNode
    expect(bob.failure).toBeNull()
  })

  it('with bytes that are no image is refused', async () => {
    const odd = new MemoryStore()
    await odd.open()
    await odd.replace(bytes(1, 3, 7, 7, 7))
    await odd.close()
    await expect(world.durable('bob', odd)).rejects.toBeInstanceOf(StoreError)
  })
})

describe('a call that a handler was to answer later', () => {
  it('is answered with nothing when its process is gone, and the number is not used again', async () => {
    const world = new DurableWorld()
    const store = new MemoryStore()
    const alice = world.plain('alice', { onCall: () => ({ references: [], payload: bytes(9) }) })
    await world.durable('bob', store, { incarnation: 3 as Incarnation, onCall: () => LATER })
    const answer = ask(alice, 'bob')
    await eventually(() => expect(alice.pendingCalls).toBe(1))
    await new Promise((resolve) => setTimeout(resolve, 50))
    world.kill('bob')
    const bob = await world.durable('bob', store.copy())
    expect(await answer).toEqual({ handles: [], payload: bytes() })
    expect(alice.pendingCalls).toBe(0)
    expect(await ask(bob, nodeId('alice'))).toEqual({ handles: [], payload: bytes(9) })
    await world.close()
  })
})
