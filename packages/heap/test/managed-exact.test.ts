/** What an exact trace does to a managed heap: the answer is given by hand, or by a few lines that know what the test built. */
import type { ImportId } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { Managed, type Unreachable } from '../src/managed/index.js'
import type { Handle } from '../src/object-heap/index.js'
import { answerLikeV8, ExactModel } from './support/exact-model.js'
import { ManagedWorld, macrotask } from './support/managed-world.js'

class Box extends Managed {
  content: object | null = null
}

interface Knot {
  readonly world: ManagedWorld
  readonly callback: Handle
  readonly remote: Handle
  readonly ref: WeakRef<() => object>
}

/** An exported closure that leads to what stands for an import, and nothing else does. */
function knot(world = new ManagedWorld(), id = 7): Knot {
  const far = world.receive(id)
  const callback = (): object => far
  const handles = { callback: world.export(callback), remote: world.managed.referTo(far) }
  return { world, ...handles, ref: new WeakRef(callback) }
}

/** Applies that the closure leads to the import, and that no root leads to either. */
function found({ world, callback, remote }: Knot, more: Unreachable = new Map()): number {
  return world.managed.applyExact(world.managed.exactProbe(), new Map([[callback, [remote]], [remote, []], ...more]))
}

const isRoot = (world: ManagedWorld, handle: Handle): boolean => {
  const trace = world.heap.trace([])
  const id = world.heap.importOf(handle)
  return id === undefined ? trace.reachesObject(handle) : trace.reachesImport(id)
}

describe('what code cannot get at', () => {
  it('is no root any more, and leads to what V8 says', async () => {
    const made = knot()
    const { world, callback, remote } = made
    await macrotask()
    expect([isRoot(world, callback), isRoot(world, remote)]).toEqual([true, true])
    expect(found(made)).toBe(2)
    expect([isRoot(world, callback), isRoot(world, remote)]).toEqual([false, false])
    const { offsets, targets } = world.heap.trace([]).suspectReferences([callback], [7])
    expect([[...offsets], [...targets]]).toEqual([[0, 1], [1]])
    expect(await world.collect()).toBe(0)
    expect(made.ref.deref()).toBeDefined()
  })

  it('is freed, with all that it leads to, when nobody holds it any more', async () => {
    const made = knot()
    const { world, callback, remote } = made
    await macrotask()
    found(made)
    world.unexport(callback)
    await world.collect()
    await world.gcAlone()
    expect([world.heap.resolves(callback), world.heap.resolves(remote), world.dropped]).toEqual([false, false, [7]])
    expect(made.ref.deref()).toBeUndefined()
    expect(world.managed.sizes).toEqual({ managed: 0, ordinary: 0, remotes: 0, representatives: 0 })
  })

  it('is kept by a field that refers to it', async () => {
    const made = knot()
    const box = new Box()
    made.world.export(box)
    box.content = made.world.managed.representativeOf(made.remote)
    await macrotask()
    found(made)
    made.world.unexport(made.callback)
    await made.world.collect()
    expect([made.world.heap.resolves(made.callback), made.world.dropped]).toEqual([false, []])
    expect(made.world.managed.handleOf(box.content)).toBe(made.remote)
  })
})

describe('what is touched is a root again, with all that it leads to:', () => {
  it.each<[string, (made: Knot) => unknown]>([
    ['by a message', ({ world, callback }) => world.managed.representativeOf(callback)],
    ['by a look', ({ world, callback }) => world.managed.livingRepresentative(callback)],
    ['by being used', ({ world, callback }) => world.managed.touch(callback)],
    ['by being shared', ({ world, ref }) => world.managed.referTo(ref.deref() as object)],
    ['by being looked up', ({ world, ref }) => world.managed.handleOf(ref.deref() as object)],
  ])('%s', async (_, touch) => {
    const made = knot()
    const { world, callback, remote } = made
    await macrotask()
    found(made)
    touch(made)
    expect([world.heap.pinCount(callback), world.heap.pinCount(remote)]).toEqual([1, 1])
    expect(world.heap.referencesOf(callback)).toEqual([])
    expect(made.ref.deref()?.()).toBe(world.managed.representativeOf(remote))
  })

  it('by a field that is read', async () => {
    const made = knot()
    const { world, remote } = made
    const box = new Box()
    world.managed.referTo(box)
    box.content = world.managed.representativeOf(remote)
    await macrotask()
    found(made)
    const content = box.content
    box.content = null
    await world.collect()
    expect(world.managed.handleOf(content)).toBe(remote)
    expect(world.heap.pinCount(remote)).toBe(1)
  })

  it('by being written to', async () => {
    const world = new ManagedWorld()
    const [handle, ref] = (() => {
      const box = new Box()
      return [world.export(box), new WeakRef(box)] as const
    })()
    await macrotask()
    expect(world.managed.applyExact(world.managed.exactProbe(), new Map([[handle, []]]))).toBe(1)
    const box = ref.deref() as Box
    box.content = new Box()
    expect(world.heap.pinCount(handle)).toBe(1)
  })

  it('by being let go of, if it stands for an import', async () => {
    const made = knot()
    const { world, remote, ref } = made
    await macrotask()
    found(made)
    expect(world.managed.letGo((ref.deref() as () => object)())).toBe(true)
    expect(world.managed.representativeOf(remote)).not.toBe(ref.deref()?.())
    expect(world.heap.pinCount(remote)).toBe(1)
  })

  it('and nothing else', async () => {
    const made = knot()
    const other = knot(made.world, 8)
    await macrotask()
    expect(
      found(
        made,
        new Map([
          [other.callback, [other.remote]],
          [other.remote, []],
        ]),
      ),
    ).toBe(4)
    made.world.managed.representativeOf(other.callback)
    expect([isRoot(made.world, made.callback), isRoot(made.world, other.remote)]).toEqual([false, true])
  })

  it('all of it, by another probe', async () => {
    const made = knot()
    await macrotask()
    found(made)
    made.world.managed.applyExact(made.world.managed.exactProbe(), new Map())
    expect([isRoot(made.world, made.callback), isRoot(made.world, made.remote)]).toEqual([true, true])
  })
})

describe('from the dead', () => {
  it('what a trace found out of reach returns by a message, not by a look', async () => {
    const made = knot()
    const { world, callback, remote } = made
    await macrotask()
    found(made)
    world.heap.trace([])
    expect(world.managed.livingRepresentative(remote)).toBeUndefined()
    world.heap.arrive(callback)
    const back = world.managed.representativeOf(callback) as () => object
    expect(world.managed.referTo(back())).toBe(remote)
    expect(world.heap.isReachable(remote)).toBe(true)
  })

  it('what broke can be looked at', async () => {
    const made = knot()
    await macrotask()
    found(made)
    made.world.heap.trace([])
    made.world.heap.breakImport(7 as ImportId)
    expect(made.world.managed.livingRepresentative(made.remote)).toBe(made.ref.deref()?.())
  })

  it('what was freed and a WeakRef brings back is refused', async () => {
    const made = knot()
    const { world, callback } = made
    await macrotask()
    found(made)
    world.unexport(callback)
    world.heap.collect({ exported: [], pinnedImports: [] })
    const revived = made.ref.deref() as () => object
    expect(() => world.heap.pin(world.managed.referTo(revived))).toThrow(/stale-handle/)
    expect(() => world.heap.pin(world.managed.referTo(revived()))).toThrow(/stale-handle/)
  })
})

describe('between the question and the answer', () => {
  it('what was touched stays a root, with all that it leads to', async () => {
    const made = knot()
    const { world, callback, remote } = made
    await macrotask()
    const probe = world.managed.exactProbe()
    world.managed.representativeOf(callback)
    expect(
      world.managed.applyExact(
        probe,
        new Map([
          [callback, [remote]],
          [remote, []],
        ]),
      ),
    ).toBe(0)
    expect([isRoot(world, callback), isRoot(world, remote)]).toEqual([true, true])
  })

  it('nothing that is asked about dies, and a field gives the same as ever', async () => {
    const made = knot()
    const { world, callback, remote } = made
    const box = new Box()
    world.managed.referTo(box)
    box.content = world.managed.representativeOf(remote)
    await macrotask()
    const probe = world.managed.exactProbe()
    await world.collect()
    expect(box.content).toBe(probe.tagged.get(remote))
    expect(
      world.managed.applyExact(
        probe,
        new Map([
          [callback, [remote]],
          [remote, []],
        ]),
      ),
    ).toBe(1)
    expect([isRoot(world, callback), isRoot(world, remote)]).toEqual([false, true])
  })

  it('what stands for an import was let go of: what stands for it now is a root', async () => {
    const { world, callback, remote, ref } = knot()
    await macrotask()
    const probe = world.managed.exactProbe()
    world.managed.letGo((ref.deref() as () => object)())
    const other = world.managed.representativeOf(remote)
    expect(
      world.managed.applyExact(
        probe,
        new Map([
          [callback, [remote]],
          [remote, []],
        ]),
      ),
    ).toBe(1)
    expect([world.managed.livingRepresentative(remote), world.heap.pinCount(remote)]).toEqual([other, 1])
  })

  it('another question voids the first, and so does the answer', () => {
    const { world } = knot()
    const first = world.managed.exactProbe()
    const second = world.managed.exactProbe()
    expect(() => world.managed.applyExact(first, new Map())).toThrow(/void-probe/)
    expect(world.managed.applyExact(second, new Map())).toBe(0)
    expect(() => world.managed.applyExact(second, new Map())).toThrow(/void-probe/)
  })
})

it('what hangs on what stands for an import stays a root: an import cannot refer to it', async () => {
  const made = knot()
  const { world, callback, remote } = made
  const inner = world.managed.referTo(() => 0)
  await macrotask()
  const answer = new Map([
    [callback, [remote, inner]],
    [remote, [inner]],
    [inner, []],
  ])
  expect(world.managed.applyExact(world.managed.exactProbe(), answer)).toBe(2)
  expect([isRoot(world, remote), isRoot(world, inner)]).toEqual([false, true])
})

it('descriptions tell what no code holds', async () => {
  const made = knot()
  const { world, callback, remote } = made
  await macrotask()
  found(made)
  expect(world.managed.describe(callback)).toEqual({ kind: 'ordinary', className: 'Function', hasRepresentative: true })
  expect(world.managed.describe(remote)).toEqual({ kind: 'remote', className: '', hasRepresentative: false })
  expect([isRoot(world, callback), isRoot(world, remote)]).toEqual([false, false])
})

describe('random programs', () => {
  const seeds = Array.from({ length: 8 }, (_, index) => index + 1)

  it.each(seeds)('what is reachable lives, and after an exact trace nothing else does (seed %i)', async (seed) => {
    const model = new ExactModel(seed)
    const { world, held } = model
    for (let round = 0; round < 8; round++) {
      for (let act = 0; act < 20; act++) model.step(true)
      await macrotask()
      const probe = world.managed.exactProbe()
      for (let act = 0; act < 2; act++) model.step(true)
      await macrotask()
      const answer = answerLikeV8(probe, held.values())
      for (let act = 0; act < 2; act++) model.step(false)
      world.managed.applyExact(probe, answer)
      for (let act = 0; act < 10; act++) {
        model.step(true)
        await macrotask()
      }
      await world.collect()
      const { live, kept } = model.liveAndKept()
      expect(kept).toEqual(expect.arrayContaining(live))
      await model.exactCollect()
      const exact = model.liveAndKept()
      expect(exact.kept).toEqual(exact.live)
    }
    model.letGoOfAll()
    await model.exactCollect()
    expect([world.heap.objectCount, world.heap.importCount, world.heap.referenceCount]).toEqual([0, 0, 0])
  })
})
