/** What proves gifts lasts: those under way when their owner stops are honoured when it is back, and no other. */
import type { Incarnation } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { MemoryStore } from '@holdfast/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DurableHeapNode } from '../../src/durable/index.js'
import { decodeNodeImage, encodeNodeImage } from '../../src/durable/node-image.js'
import type { HeapNode, IncomingCall } from '../../src/index.js'
import { ask, DurableWorld, eventually } from '../support/durable-world.js'
import { asOfVersion2 } from '../support/old-states.js'

const NOTHING = new Uint8Array(0)

describe('a gift of an object whose owner stops', () => {
  let world: DurableWorld
  let store: MemoryStore
  let owner: DurableHeapNode
  let gifter: HeapNode
  let receiver: HeapNode
  let atGifter: Handle
  const received: Handle[] = []
  const keeping = {
    onCall: ({ references: [given] }: IncomingCall) => {
      if (given !== undefined && given !== null) {
        receiver.heap.pin(given)
        received.push(given)
      }
      return { references: [], payload: NOTHING }
    },
  }

  const holders = (object: Handle): string[] =>
    owner
      .referrersOf(object)
      .map(({ node }) => node as string)
      .sort()

  beforeEach(async () => {
    world = new DurableWorld()
    store = new MemoryStore()
    received.length = 0
    owner = await world.durable('owner', store, { incarnation: 5 as Incarnation })
    gifter = world.plain('gifter', {
      onCall: ({ references: [given] }) => {
        if (given !== undefined && given !== null) {
          gifter.heap.pin(given)
          atGifter = given
        }
        return { references: [], payload: NOTHING }
      },
    })
    receiver = world.plain('receiver', keeping)
  })
  afterEach(() => world.close())

  /** The owner's object, which the gifter holds and the receiver has never heard of. */
  async function placed(): Promise<Handle> {
    const object = owner.heap.create()
    owner.heap.setRoot('thing', object)
    await ask(owner, 'gifter', { references: [object] })
    await ask(gifter, 'receiver')
    await owner.committed()
    return object
  }

  it('is honoured when it is back: its secret is in its store', async () => {
    const object = await placed()
    world.kill('owner')
    const again = store.copy()
    await ask(gifter, 'receiver', { references: [atGifter] })
    owner = await world.durable('owner', again)
    expect(owner.incarnation).toBe(5)
    await eventually(() => expect(holders(object)).toEqual(['gifter', 'receiver']))
    expect(receiver.heap.isBroken(received[0])).toBe(false)
  })

  it('is refused by an owner whose secret is another', async () => {
    const object = await placed()
    await owner.stop()
    const { image } = await store.copy().open()
    const { header, state } = decodeNodeImage(image as Uint8Array)
    const other = new MemoryStore()
    await other.open()
    await other.replace(
      encodeNodeImage({ header: { ...header, giftSecret: '00'.repeat(32) }, state: withoutKeys(state) }),
    )
    await other.close()
    world.kill('owner')
    await ask(gifter, 'receiver', { references: [atGifter] })
    owner = await world.durable('owner', other)
    await eventually(() => expect(receiver.heap.isBroken(received[0])).toBe(true))
    expect(holders(object)).toEqual(['gifter'])
    expect(owner.counts.claimsRefused).toBe(1)
  })

  it('is honoured, too, by one that an earlier version left, once that has told the keys', async () => {
    const object = await placed()
    await owner.stop()
    const { image } = await store.copy().open()
    const { header, state } = decodeNodeImage(image as Uint8Array)
    const { giftSecret: _, ...old } = header
    const before = new MemoryStore()
    await before.open()
    await before.replace(
      encodeNodeImage({ header: { ...old, stateVersion: 1 }, state: asOfVersion1(asOfVersion2(state)) }),
    )
    await before.close()
    world.kill('owner')
    owner = await world.durable('owner', before)
    await ask(gifter, 'owner')
    await ask(gifter, 'receiver', { references: [atGifter] })
    await eventually(() => expect(holders(object)).toEqual(['gifter', 'receiver']))
    expect(owner.counts.claimsRefused).toBe(0)
  })
})

interface Shape {
  collector: {
    state: {
      claimedGifts?: unknown
      imports: { proofs?: unknown }
      counts: { claimsRefused?: number }
      peers: { remotes: { giftKey?: unknown; givenKey?: unknown; hasGivenKey?: unknown }[] }[]
    }
  }
}

/** No holder has a key yet. */
function withoutKeys<State>(state: State): State {
  const { collector } = state as unknown as Shape
  for (const { remotes } of collector.state.peers) {
    for (const remote of remotes) Object.assign(remote, { givenKey: null, hasGivenKey: false })
  }
  return state
}

/** As it was before there were proofs. */
function asOfVersion1<State>(state: State): State {
  const { state: inner } = (state as unknown as Shape).collector
  delete inner.claimedGifts
  delete inner.imports.proofs
  delete inner.counts.claimsRefused
  for (const { remotes } of inner.peers) {
    for (const remote of remotes) {
      delete remote.giftKey
      delete remote.givenKey
      delete remote.hasGivenKey
    }
  }
  return state
}
