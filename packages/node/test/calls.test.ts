import { nodeId, UsageError } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { describe, expect, it } from 'vitest'
import type { IncomingAnswer, IncomingCall } from '../src/index.js'
import { useWorld } from './support/world.js'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

describe('calls', () => {
  const use = useWorld()

  it('brings payload and references to the handler, and its answer back', () => {
    const { world } = use
    const calls: IncomingCall[] = []
    const answers: (IncomingAnswer | null)[] = []
    const alice = world.node('alice')
    const bob = world.node('bob', {
      onCall: (call) => {
        calls.push(call)
        return { references: call.references as Handle[], payload: bytes(...call.payload, 9) }
      },
    })
    const mine = alice.heap.create('mine')
    alice.call({ to: { node: bob.name }, references: [mine], payload: bytes(1, 2) }, (answer) => answers.push(answer))
    world.run()

    expect(calls).toMatchObject([{ from: 'alice', target: null, payload: bytes(1, 2) }])
    expect(answers).toEqual([{ references: [mine], payload: bytes(1, 2, 9) }])
    expect(alice.heap.pinCount(mine)).toBe(1)
    alice.heap.unpin(mine)
  })

  it('reaches an imported object at its owner', () => {
    const { world } = use
    const targets: (Handle | null)[] = []
    const alice = world.node('alice')
    const bob = world.node('bob', {
      onCall: ({ target }) => {
        targets.push(target)
        return target === null ? { references: [bobs], payload: bytes() } : undefined
      },
    })
    const bobs = bob.heap.create('bobs')
    const [imported] = world.call(alice, bob.name)
    alice.call({ to: { target: imported } })
    world.run()

    expect(targets).toEqual([null, bobs])
    expect(bob.heap.pinCount(bobs), 'only its own pin is left').toBe(1)
    bob.heap.unpin(bobs)
    alice.heap.unpin(imported)
  })

  it('keeps what arrives during the handler, and drops it with the next collection', () => {
    const { world } = use
    let arrived: Handle | undefined
    const alice = world.node('alice')
    const bob = world.node('bob', {
      onCall: ({ references: [handle] }) => {
        arrived = handle as Handle
        expect(bob.heap.pinCount(arrived)).toBe(1)
        return undefined
      },
    })
    const mine = alice.heap.create()
    alice.call({ to: { node: bob.name }, references: [mine] })
    world.run()
    alice.heap.unpin(mine)
    alice.collectLocally()
    expect(bob.heap.pinCount(arrived as Handle)).toBe(0)
    expect(bob.tables.imports).toBe(1)
    expect(alice.heap.resolves(mine), 'bob is still listed').toBe(true)

    bob.collectLocally()
    world.run()
    expect(bob.tables.imports).toBe(0)
    expect(alice.tables.exports).toBe(0)
    expect(alice.heap.resolves(mine)).toBe(false)
  })

  it('keeps what the handler pins', () => {
    const { world } = use
    const kept: Handle[] = []
    const alice = world.node('alice')
    const bob = world.node('bob', {
      onCall: ({ references: [handle] }) => {
        bob.heap.pin(handle as Handle)
        kept.push(handle as Handle)
        return undefined
      },
    })
    const mine = alice.heap.create()
    alice.call({ to: { node: bob.name }, references: [mine] })
    world.run()
    alice.heap.unpin(mine)
    for (const node of [bob, alice]) node.collectLocally()
    world.run()
    expect(alice.heap.resolves(mine)).toBe(true)
    bob.heap.unpin(kept[0])
  })

  it('carries a reference on to a third node, which reaches the owner by it', () => {
    const { world } = use
    const reached: string[] = []
    const alice = world.node('alice', {
      onCall: ({ from }) => {
        reached.push(from)
        return undefined
      },
    })
    const gifts: Handle[] = []
    const bob = world.node('bob', {
      onCall: ({ references: [handle] }) => {
        bob.call({ to: { node: nodeId('carol') }, references: [handle as Handle] })
        return undefined
      },
    })
    const carol = world.node('carol', {
      onCall: ({ references: [handle] }) => {
        carol.heap.pin(handle as Handle)
        gifts.push(handle as Handle)
        return undefined
      },
    })
    const mine = alice.heap.create()
    alice.call({ to: { node: bob.name }, references: [mine] })
    world.run()
    alice.heap.unpin(mine)
    for (const node of [bob, alice]) node.collectLocally()
    world.run()
    expect(alice.heap.resolves(mine), 'carol holds it, though bob let go').toBe(true)
    carol.call({ to: { target: gifts[0] } })
    world.run()
    expect(reached).toEqual(['carol'])
    carol.heap.unpin(gifts[0])
  })

  it('waits for a session, asking once for a link, and keeps the references meanwhile', () => {
    const { world } = use
    const received: number[] = []
    const alice = world.node('alice')
    world.node('bob', {
      onCall: ({ payload }) => {
        received.push(...payload)
        return undefined
      },
    })
    const mine = alice.heap.create()
    for (const number of [1, 2, 3]) {
      alice.call({ to: { node: nodeId('bob') }, references: [mine], payload: bytes(number) })
    }
    alice.heap.unpin(mine)
    alice.collectLocally()
    expect(alice.heap.resolves(mine)).toBe(true)
    expect(alice.isBusy).toBe(true)
    world.run()
    expect(received).toEqual([1, 2, 3])
    expect(world.connects).toEqual(['alice>bob'])
    expect(alice.isBusy).toBe(false)
  })

  it('makes one session of two nodes that ask for each other at the same time', () => {
    const { world } = use
    const received: string[] = []
    const onCall = ({ from }: IncomingCall): undefined => {
      received.push(from)
    }
    const [alice, bob] = [world.node('alice', { onCall }), world.node('bob', { onCall })]
    alice.call({ to: { node: bob.name } })
    bob.call({ to: { node: alice.name } })
    world.run()
    expect(received.toSorted()).toEqual(['alice', 'bob'])
    const [[atAlice], [atBob]] = [alice.sessions(), bob.sessions()]
    expect([atAlice, atBob]).toMatchObject([{ peer: 'bob' }, { peer: 'alice', sent: atAlice.received }])
  })

  it('is answered with nothing where there is no handler', () => {
    const { world } = use
    const answers: unknown[] = []
    const [alice, bob] = [world.node('alice'), world.node('bob')]
    alice.call({ to: { node: bob.name } }, (answer) => answers.push(answer))
    world.run()
    expect(answers).toEqual([{ references: [], payload: bytes() }])
  })

  it('survives a broken link: the call goes out on the next one, and is answered once', () => {
    const { world } = use
    const answers: unknown[] = []
    const [alice, bob] = [world.node('alice'), world.node('bob')]
    world.call(alice, bob.name)
    world.cut(alice, bob)
    alice.call({ to: { node: bob.name } }, (answer) => answers.push(answer))
    world.pass(100)
    expect(answers).toEqual([])
    world.wire(alice.name, bob.name)
    world.run()
    expect(answers).toHaveLength(1)
  })

  it('goes on over a second link that takes the place of the first', () => {
    const { world } = use
    const [alice, bob] = [world.node('alice'), world.node('bob')]
    world.call(alice, bob.name)
    const [{ sent }] = alice.sessions()
    world.replaceLink(alice, bob)
    world.run()
    world.call(alice, bob.name)
    expect(alice.sessions()).toMatchObject([{ peer: 'bob', sent: sent + 1 }])
  })
})

describe('a call that cannot be made', () => {
  const use = useWorld()

  it('is refused for a target that is no import', () => {
    const alice = use.world.node('alice')
    const mine = alice.heap.create()
    expect(() => alice.call({ to: { target: mine } })).toThrow(expect.objectContaining({ code: 'not-an-import' }))
    alice.heap.unpin(mine)
  })

  it('leaves the pins of its other references as they were when one is stale', () => {
    const { world } = use
    const [alice, bob] = [world.node('alice'), world.node('bob')]
    const [mine, stale] = [alice.heap.create(), alice.heap.create()]
    alice.heap.unpin(stale)
    alice.collectLocally()
    for (const isConnected of [false, true]) {
      expect(alice.sessions().length > 0).toBe(isConnected)
      expect(() => alice.call({ to: { node: bob.name }, references: [mine, stale] }, () => {})).toThrow(UsageError)
      expect(alice.heap.pinCount(mine)).toBe(1)
      expect(alice.isBusy).toBe(false)
      world.call(alice, bob.name)
    }
    alice.heap.unpin(mine)
  })

  it('leaves nothing behind when a limit refuses it', () => {
    const { world } = use
    const [alice, bob] = [world.node('alice'), world.node('bob')]
    world.call(alice, bob.name)
    const mine = alice.heap.create()
    const tooLong = new Uint8Array(65 * 1024 * 1024)
    const answers: unknown[] = []
    expect(() =>
      alice.call({ to: { node: bob.name }, references: [mine], payload: tooLong }, (answer) => answers.push(answer)),
    ).toThrow(expect.objectContaining({ code: 'message-too-large' }))
    expect(alice.heap.pinCount(mine)).toBe(1)
    expect(alice.isBusy).toBe(false)
    expect(answers).toEqual([])
    alice.heap.unpin(mine)
  })

  it('is answered with null when a limit refuses it after it has waited for a session', () => {
    const { world } = use
    const [alice, bob] = [world.node('alice'), world.node('bob')]
    const mine = alice.heap.create()
    const answers: unknown[] = []
    const tooLong = new Uint8Array(65 * 1024 * 1024)
    alice.call({ to: { node: bob.name }, references: [mine], payload: tooLong }, (answer) => answers.push(answer))
    alice.call({ to: { node: bob.name } }, (answer) => answers.push(answer !== null))
    world.run()
    expect(answers).toEqual([null, true])
    alice.heap.unpin(mine)
  })
})

describe('a handler that fails', () => {
  const use = useWorld()

  it('keeps no pin, answers with nothing, and its error comes through', () => {
    const { world } = use
    const answers: unknown[] = []
    const alice = world.node('alice')
    const bob = world.node('bob', {
      onCall: ({ target }) => {
        if (target === null) return { references: [bobs], payload: bytes() }
        throw new RangeError('handler')
      },
    })
    const bobs = bob.heap.create()
    const [imported] = world.call(alice, bob.name)
    const mine = alice.heap.create()
    alice.call({ to: { target: imported }, references: [mine] }, (answer) => answers.push(answer))
    expect(() => world.run()).toThrow(RangeError)
    world.run()
    expect(answers).toEqual([{ references: [], payload: bytes() }])
    expect(bob.heap.pinCount(bobs)).toBe(1)
    bob.heap.unpin(bobs)
    for (const handle of [imported, mine]) alice.heap.unpin(handle)
  })

  it('may throw what is no Error: that comes through as the cause of one', () => {
    const { world } = use
    const thrown: Error = { name: 'none', message: 'a plain object' }
    const alice = world.node('alice')
    const bob = world.node('bob', {
      onCall: () => {
        throw thrown
      },
    })
    alice.call({ to: { node: bob.name } })
    expect(() => world.run()).toThrow(expect.objectContaining({ cause: thrown }))
    world.run()
  })

  it('cannot answer with an object that a trace has found out of reach', () => {
    const { world } = use
    const alice = world.node('alice')
    const bob = world.node('bob', { onCall: () => ({ references: [lost], payload: bytes() }) })
    const lost = bob.heap.create()
    bob.heap.unpin(lost)
    bob.heap.trace([])
    const answers: unknown[] = []
    alice.call({ to: { node: bob.name } }, (answer) => answers.push(answer))
    expect(() => world.run()).toThrow(expect.objectContaining({ code: 'out-of-reach' }))
    world.run()
    expect(answers).toEqual([{ references: [], payload: bytes() }])
    expect(bob.tables.exports).toBe(0)
  })
})
