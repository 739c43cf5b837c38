/** What it is all for: JavaScript objects that V8 can free, seen by WeakRefs on the objects themselves. */
import { setImmediate as macrotask } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { alive, letGo, place, refer, tieRing } from './support/ring.js'
import { World } from './support/world.js'

declare const gc: () => void

class Body {
  readonly bytes = new Uint8Array(1024)
}

/** Bodies are made here and nowhere else, so that no stack frame of the test keeps one. */
function bodies(): { create: () => Body; refs: WeakRef<Body>[] } {
  const refs: WeakRef<Body>[] = []
  const create = (): Body => {
    const body = new Body()
    refs.push(new WeakRef(body))
    return body
  }
  return { create, refs }
}

async function countAlive(refs: readonly WeakRef<Body>[]): Promise<number> {
  // A WeakRef keeps its target to the end of the job in which it was made or read.
  await macrotask()
  gc()
  await macrotask()
  gc()
  return refs.filter((ref) => ref.deref() !== undefined).length
}

describe('X1: memory is reclaimed', () => {
  it('X1: the body of an object that its last remote holder dropped is gone', async () => {
    const world = new World(['alice', 'bob'])
    const { create, refs } = bodies()
    const placed = [place(world, 'alice', create())]
    world.send('alice', { node: 'bob' }, [placed[0]?.[1]])
    world.settle()
    letGo(world, placed)
    world.collectLocally('alice')
    expect(await countAlive(refs)).toBe(1)
    world.node('bob').letGoOfAll()
    world.collectLocally('bob')
    world.settle()
    world.collectLocally('alice')
    expect(await countAlive(refs)).toBe(0)
  })

  it('X1: the bodies of a ring over four nodes are gone, those of a ring that is held are not', async () => {
    const names = ['alice', 'bob', 'carol', 'dave']
    const world = new World([...names, 'judge'])
    const loose = bodies()
    const held = bodies()
    const looseRing = tieRing(world, names, loose.create)
    const heldRing = tieRing(world, names, held.create)
    const entry = place(world, 'alice')
    refer(world, entry, heldRing[2])
    letGo(world, [...looseRing, ...heldRing])
    for (const name of names) world.collectLocally(name)
    world.settle()
    expect(await countAlive([...loose.refs, ...held.refs])).toBe(8)
    world.round('judge')
    expect(await countAlive(loose.refs)).toBe(0)
    expect(await countAlive(held.refs)).toBe(4)
    expect(alive(world, heldRing)).toEqual([true, true, true, true])
    letGo(world, [entry])
    world.round('judge')
    world.round('judge')
    expect(await countAlive(held.refs)).toBe(0)
  })
})
