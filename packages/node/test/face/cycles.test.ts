/** Cycles of ordinary-looking objects that span nodes, under the real V8: the objects themselves are gone. */
import { Managed } from '@holdfast/heap/managed'
import { describe, expect, it } from 'vitest'
import { byReference, type Remote } from '../../src/index.js'
import { collectGarbage, join, useFaceWorld } from '../support/face.js'

class Peer extends Managed {
  peer: Peer | Remote<Peer> | null = null
  body = { text: 'x'.repeat(1000) }
  meet(peer: Peer | Remote<Peer>): void {
    this.peer = peer
  }
}

/** Makes one object on each node, in a ring. The WeakRefs are of the objects themselves. */
function factory(made: WeakRef<Peer>[]): { make(): Peer } {
  return byReference({
    make: () => {
      const peer = new Peer()
      made.push(new WeakRef(peer))
      return peer
    },
  })
}

describe('a cycle across nodes', () => {
  const world = useFaceWorld()

  it.each([2, 3])('of %i nodes is freed when nothing else refers to it', async (count) => {
    const nodes = await world.mesh(...['alice', 'bob', 'carol'].slice(0, count))
    const made: WeakRef<Peer>[] = []
    for (const node of nodes) node.publish('factory', factory(made))
    await (async () => {
      const peers: Remote<Peer>[] = []
      const [first] = nodes
      for (const { id } of nodes) peers.push(await (await first.lookup<{ make(): Peer }>(id, 'factory')).make())
      for (const [index, peer] of peers.entries()) await peer.meet(peers[(index + 1) % count])
    })()
    for (const node of nodes) node.unpublish('factory')
    await world.settle({ exports: count, imports: count })
    expect(made.map((ref) => ref.deref() === undefined)).toEqual(made.map(() => true))

    const { condemned } = await nodes[0].collect()
    expect(condemned).toBe(count)
    await world.settle()
  })

  it('is kept as long as ordinary code holds one of its objects', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const made: WeakRef<Peer>[] = []
    bob.publish('factory', factory(made))
    const kept = new Peer()
    await (async () => {
      const far = await (await alice.lookup<{ make(): Peer }>('bob', 'factory')).make()
      await far.meet(kept)
      kept.meet(far)
    })()
    bob.unpublish('factory')
    await collectGarbage()
    expect((await alice.collect()).condemned).toBe(0)
    expect(await (kept.peer as Remote<Peer>).body).toEqual({ text: 'x'.repeat(1000) })
  })
})

describe('a cycle that its coordinator knows a part of', () => {
  const world = useFaceWorld()

  it('is freed, since the others name whoever takes part', async () => {
    const names = ['alice', 'bob', 'carol', 'dave']
    const nodes = names.map((name) => world.node(name))
    for (const [index, node] of nodes.entries()) if (index > 0) await join(nodes[index - 1], node)
    const made: WeakRef<Peer>[] = []
    for (const node of nodes) node.publish('factory', factory(made))
    await (async () => {
      // bob, carol and dave in a ring; alice is joined to bob alone, and knows nothing of it.
      const [, bob, carol] = nodes
      const mine = await (await carol.lookup<{ make(): Peer }>('bob', 'factory')).make()
      const far = await (await carol.lookup<{ make(): Peer }>('dave', 'factory')).make()
      const own = new Peer()
      made.push(new WeakRef(own))
      own.meet(far)
      await far.meet(mine)
      await mine.meet(own)
      expect(bob.peers).toContain('alice')
    })()
    for (const node of nodes) node.unpublish('factory')
    await world.settle({ exports: 3, imports: 3 })
    const [alice] = nodes
    expect(await alice.collect()).toMatchObject({ condemned: 3, unreported: [] })
    await world.settle()
    expect(made.map((ref) => ref.deref())).toEqual(made.map(() => undefined))
  })
})
