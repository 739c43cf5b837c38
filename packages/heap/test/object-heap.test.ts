import type { ImportId } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { generationOf, ObjectHeap, slotOf } from '../src/object-heap/index.js'

const NOTHING = { exported: [], pinnedImports: [] }
const importId = (id: number): ImportId => id as ImportId

describe('T5: handles', () => {
  it('T5: a handle resolves to its object until it is collected, and to nothing ever after', () => {
    const heap = new ObjectHeap()
    const first = heap.create('first')
    expect(heap.valueOf(first)).toBe('first')
    heap.unpin(first)
    heap.collect(NOTHING)
    const second = heap.create('second')
    expect(slotOf(second)).toBe(slotOf(first))
    expect(generationOf(second)).toBe(generationOf(first) + 1)
    expect(heap.resolves(first)).toBe(false)
    expect(() => heap.valueOf(first)).toThrow(/stale-handle/)
    expect(() => heap.addReference(second, first)).toThrow(/stale-handle/)
    expect(heap.valueOf(second)).toBe('second')
  })

  it('T5: pins count, and a pin too many taken away is refused', () => {
    const heap = new ObjectHeap()
    const object = heap.create()
    heap.pin(object)
    expect(heap.pinCount(object)).toBe(2)
    heap.unpin(object)
    expect(heap.collect(NOTHING).freed).toBe(0)
    heap.unpin(object)
    expect(() => heap.unpin(object)).toThrow(/not-a-root/)
    expect(heap.collect(NOTHING).freed).toBe(1)
  })

  it('T5: an object that refers to itself, and a local cycle, are collected', () => {
    const heap = new ObjectHeap()
    const self = heap.create()
    heap.addReference(self, self)
    const ring = [heap.create(), heap.create(), heap.create()] as const
    ring.forEach((object, index) => heap.addReference(object, ring[(index + 1) % 3]))
    const root = heap.create()
    heap.addReference(root, ring[1])
    for (const object of [self, ...ring]) heap.unpin(object)
    expect(heap.collect(NOTHING).freed).toBe(1)
    expect(heap.resolves(ring[0])).toBe(true)
    heap.removeReference(root, ring[1])
    expect(heap.collect(NOTHING).freed).toBe(3)
    expect([heap.objectCount, heap.referenceCount]).toEqual([1, 0])
  })

  it('T5: parallel references count each', () => {
    const heap = new ObjectHeap()
    const [from, to] = [heap.create(), heap.create()]
    heap.addReference(from, to)
    heap.addReference(from, to)
    heap.unpin(to)
    heap.removeReference(from, to)
    expect(heap.collect(NOTHING).freed).toBe(0)
    heap.removeReference(from, to)
    expect(() => heap.removeReference(from, to)).toThrow(/no-such-reference/)
    expect(heap.collect(NOTHING).freed).toBe(1)
  })

  it('T5: a million objects with two references each take tens of bytes an object', () => {
    const heap = new ObjectHeap()
    const count = 1_000_000
    const handles = Array.from({ length: count }, () => heap.create())
    for (let index = 0; index < count; index++) {
      heap.addReference(handles[index], handles[(index + 1) % count])
      heap.addReference(handles[index], handles[(index * 7) % count])
    }
    expect(heap.memoryBytes / count).toBeLessThan(60)
  })
})

describe('T5: imports', () => {
  it('T5: an import is one object, pinned once more each time it arrives', () => {
    const heap = new ObjectHeap()
    const handle = heap.importHandle(importId(5))
    expect(heap.importHandle(importId(5))).toBe(handle)
    expect(heap.pinCount(handle)).toBe(2)
    expect([heap.importOf(handle), heap.importCount, heap.objectCount]).toEqual([5, 1, 0])
    expect(heap.importOf(heap.create())).toBeUndefined()
    expect(() => heap.addReference(handle, handle)).toThrow(/import-refers/)
  })

  it('T5: an import that nothing refers to is handed out for dropping, one that a gift pins is not', () => {
    const heap = new ObjectHeap()
    const handles = [0, 1, 2].map((id) => heap.importHandle(importId(id)))
    const holder = heap.create()
    heap.addReference(holder, handles[0])
    for (const handle of handles) heap.unpin(handle)
    expect(heap.collect({ exported: [], pinnedImports: [importId(1)] })).toEqual({ freed: 0, unreachableImports: [2] })
    heap.unpin(holder)
    const { freed, unreachableImports } = heap.collect(NOTHING)
    expect([freed, new Set(unreachableImports)]).toEqual([1, new Set([0, 1])])
    expect(heap.importCount).toBe(0)
  })

  it('T5: an id that comes again after its import was dropped is a new object', () => {
    const heap = new ObjectHeap()
    const first = heap.importHandle(importId(3))
    heap.unpin(first)
    heap.collect(NOTHING)
    const second = heap.importHandle(importId(3))
    expect(second).not.toBe(first)
    expect([heap.resolves(first), heap.importOf(second)]).toEqual([false, 3])
  })

  it('T5: breakImport leaves the handle to those who hold it, frees the id, and drops nothing later', () => {
    const heap = new ObjectHeap()
    const broken = heap.importHandle(importId(0))
    expect(heap.breakImport(importId(0))).toBe(broken)
    expect(heap.breakImport(importId(0))).toBeUndefined()
    expect([heap.resolves(broken), heap.importOf(broken), heap.importCount]).toEqual([true, undefined, 0])
    const fresh = heap.importHandle(importId(0))
    expect(fresh).not.toBe(broken)
    heap.unpin(broken)
    expect(heap.collect(NOTHING)).toEqual({ freed: 1, unreachableImports: [] })
    expect(heap.importOf(fresh)).toBe(0)
  })
})

describe('T5: out of reach', () => {
  it('T5: what a trace found unreachable is neither pinned nor referred to, until it arrives in a message', () => {
    const heap = new ObjectHeap()
    const [root, lost, inner] = [heap.create(), heap.create(), heap.create()]
    const far = heap.importHandle(importId(0))
    heap.addReference(lost, inner)
    heap.addReference(inner, far)
    for (const handle of [lost, inner, far]) heap.unpin(handle)
    const trace = heap.trace([])
    expect([root, lost, inner].map((handle) => trace.reachesObject(handle))).toEqual([true, false, false])
    expect(trace.reachesImport(importId(0))).toBe(false)
    for (const handle of [lost, inner, far]) {
      expect(() => heap.pin(handle)).toThrow(/out-of-reach/)
      expect(() => heap.addReference(root, handle)).toThrow(/out-of-reach/)
      expect(() => heap.addReference(handle, root)).toThrow(/out-of-reach/)
    }
    expect(heap.pinCount(lost)).toBe(0)
    // A message brings the outer one, and with it what it refers to.
    heap.arrive(lost)
    heap.addReference(root, inner)
    heap.pin(far)
    expect(heap.trace([]).reachesImport(importId(0))).toBe(true)
  })

  it('T5: an import that arrives again revives itself alone', () => {
    const heap = new ObjectHeap()
    const [lost, far] = [heap.create(), heap.importHandle(importId(0))]
    heap.addReference(lost, far)
    heap.unpin(lost)
    heap.unpin(far)
    heap.trace([])
    heap.importHandle(importId(0))
    heap.pin(far)
    expect(() => heap.pin(lost)).toThrow(/out-of-reach/)
  })

  it('T5: imports that gifts pin are within reach of a trace', () => {
    const heap = new ObjectHeap()
    const far = heap.importHandle(importId(0))
    heap.unpin(far)
    expect(heap.trace([importId(0)]).reachesImport(importId(0))).toBe(true)
    expect(heap.trace([]).reachesImport(importId(0))).toBe(false)
    expect(heap.trace([]).reachesImport(importId(9))).toBe(false)
  })
})

describe('T5: reclaim', () => {
  const outside = { isExported: () => false, isPinned: () => false }

  it('T5: frees what only the candidate referred to, and says when a cycle may be left', () => {
    const heap = new ObjectHeap()
    const [head, inner, shared, root] = [heap.create(), heap.create(), heap.create(), heap.create()]
    const far = heap.importHandle(importId(0))
    heap.addReference(head, inner)
    heap.addReference(inner, far)
    heap.addReference(inner, shared)
    heap.addReference(root, shared)
    for (const handle of [head, inner, shared, far]) heap.unpin(handle)
    expect(heap.reclaim([head], outside)).toEqual({ freed: 2, unreachableImports: [0], mayBeCyclic: true })
    expect([heap.resolves(shared), heap.resolves(inner), heap.importCount]).toEqual([true, false, 0])
  })

  it('T5: keeps what is pinned, exported or under way as a gift, and passes over what is gone', () => {
    const heap = new ObjectHeap()
    const [pinned, exported, gone] = [heap.create(), heap.create(), heap.create()]
    const far = heap.importHandle(importId(0))
    for (const handle of [exported, gone, far]) heap.unpin(handle)
    const keeps = { isExported: (object: number) => object === exported, isPinned: () => true }
    expect(heap.reclaim([gone, pinned, exported, far, gone], keeps)).toEqual({
      freed: 1,
      unreachableImports: [],
      mayBeCyclic: false,
    })
    expect([pinned, exported, far].map((handle) => heap.resolves(handle))).toEqual([true, true, true])
  })
})

describe('T5: values and freed objects', () => {
  it('T5: a value can be given later, to an import too, and goes with the object', () => {
    const heap = new ObjectHeap()
    const [object, far] = [heap.create('old'), heap.importHandle(importId(0))]
    heap.setValue(object, 'new')
    heap.setValue(far, 'far')
    expect([heap.valueOf(object), heap.valueOf(far)]).toEqual(['new', 'far'])
    heap.unpin(object)
    heap.unpin(far)
    heap.collect(NOTHING)
    expect(() => heap.setValue(object, 'late')).toThrow(/stale-handle/)
    expect([heap.valueOf(heap.create()), heap.valueOf(heap.create())]).toEqual([undefined, undefined])
  })

  it('T5: who watches is told of each object that is freed, swept or reclaimed, with its value', () => {
    const heap = new ObjectHeap()
    const told: unknown[] = []
    heap.watchFreed((handle, value) => told.push(handle, value))
    const [swept, reclaimed, kept] = [heap.create('swept'), heap.create(), heap.create('kept')]
    const far = heap.importHandle(importId(0))
    for (const handle of [swept, reclaimed, far]) heap.unpin(handle)
    heap.reclaim([reclaimed, far], { isExported: () => false, isPinned: () => false })
    expect(new Set(told)).toEqual(new Set([reclaimed, undefined, far]))
    told.length = 0
    heap.collect(NOTHING)
    expect([told, heap.valueOf(kept)]).toEqual([[swept, 'swept'], 'kept'])
  })

  it('T5: says what is within reach, and what is referred to', () => {
    const heap = new ObjectHeap()
    const [root, lost, inner] = [heap.create(), heap.create(), heap.create()]
    heap.addReference(lost, inner)
    heap.addReference(root, root)
    heap.unpin(lost)
    heap.unpin(inner)
    expect([root, lost, inner].map((handle) => heap.isReferredTo(handle))).toEqual([true, false, true])
    heap.trace([])
    expect([root, lost, inner].map((handle) => heap.isReachable(handle))).toEqual([true, false, false])
    heap.collect(NOTHING)
    expect([heap.isReachable(root), heap.isReachable(lost)]).toEqual([true, false])
    expect(() => heap.isReferredTo(lost)).toThrow(/stale-handle/)
  })
})
