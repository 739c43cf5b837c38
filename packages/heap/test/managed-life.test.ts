import type { ImportId } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { Managed, ManagedHeap, RefList } from '../src/managed/index.js'
import { ObjectHeap } from '../src/object-heap/index.js'
import { ManagedWorld, macrotask } from './support/managed-world.js'

declare const gc: () => void

let constructed = 0

class Person extends Managed {
  name: string
  friend: Person | null = null
  remote: object | null = null
  constructor(name: string) {
    super()
    constructed++
    this.name = name
  }

  shout(): string {
    return this.name.toUpperCase()
  }
}

/** Makes things out of sight, so that nothing of them stays on the stack of a test. */
const inside = <T>(act: () => T): T => act()

/** A root and what only its field leads to. */
const friends = (world: ManagedWorld) =>
  inside(() => {
    const [al, bo] = [new Person('al'), new Person('bo')]
    al.friend = bo
    return { al, handle: world.managed.referTo(al), bo: new WeakRef(bo), boHandle: world.managed.referTo(bo) }
  })

describe('representatives', () => {
  it('an object that only a field holds loses its representative and gets another when it is read', async () => {
    const world = new ManagedWorld()
    const { al, bo, boHandle } = friends(world)
    await world.collect()
    expect([bo.deref(), world.heap.resolves(boHandle), world.heap.pinCount(boHandle)]).toEqual([undefined, true, 0])
    expect(world.managed.describe(boHandle)).toEqual({ kind: 'managed', className: 'Person', hasRepresentative: false })
    const before = constructed
    const again = al.friend as Person
    expect([again.name, again.shout(), again.constructor, constructed - before]).toEqual(['bo', 'BO', Person, 0])
    expect([again instanceof Person, Object.keys(again), Object.isExtensible(again)]).toEqual([true, [], false])
    expect([al.friend, world.managed.representativeOf(boHandle)]).toEqual([again, again])
    expect(world.managed.referTo(again)).toBe(boHandle)
    expect([world.heap.pinCount(boHandle), world.managed.sizes.representatives]).toEqual([1, 2])
    again.name = 'bob'
    expect(al.friend?.name).toBe('bob')
  })

  it('a late finalizer of an earlier representative does not take the pin of a later one', async () => {
    const world = new ManagedWorld()
    const { al, bo, boHandle } = friends(world)
    await macrotask()
    gc()
    // The first is dead, its finalizer has not run, and nobody has settled.
    const second = world.managed.representativeOf(boHandle)
    expect([bo.deref(), world.heap.pinCount(boHandle), world.managed.sizes.representatives]).toEqual([undefined, 1, 2])
    await world.gcAlone()
    al.friend = null
    expect(world.heap.pinCount(boHandle)).toBe(1)
    await world.collect()
    expect([world.managed.representativeOf(boHandle), world.heap.pinCount(boHandle)]).toEqual([second, 1])
  })

  it('finalizers alone take the pins of the dead, and the node is told', async () => {
    const world = new ManagedWorld()
    const { al, boHandle } = friends(world)
    await world.gcAlone()
    await world.gcAlone()
    expect([world.heap.resolves(boHandle), world.heap.pinCount(boHandle)]).toEqual([true, 0])
    expect(world.released).toEqual([boHandle])
    al.friend = null
    await world.gcAlone()
    expect(world.heap.resolves(boHandle)).toBe(false)
  })

  it('settle counts the dead, and what it settled is not counted again', async () => {
    const world = new ManagedWorld()
    world.runsDeferred = false
    inside(() => {
      for (let index = 0; index < 100; index++) world.managed.referTo(new Person('x'))
    })
    const kept = new Person('kept')
    world.managed.referTo(kept)
    await macrotask()
    gc()
    expect([world.managed.settle(), world.managed.settle()]).toEqual([100, 0])
    expect([world.managed.sizes.representatives, kept.name]).toEqual([1, 'kept'])
  })

  it('of a subclass of a collection is one with its fields and its members', async () => {
    const world = new ManagedWorld()
    class Guild extends RefList<Person> {
      motto = 'all for one'
      first(): string {
        return `${this.at(0)?.name}: ${this.motto}`
      }
    }
    class Hall extends Managed {
      guild = new Guild()
    }
    const hall = new Hall()
    const old = inside(() => {
      hall.guild.push(new Person('al'))
      world.managed.referTo(hall)
      return new WeakRef(hall.guild)
    })
    await world.collect()
    expect(old.deref()).toBeUndefined()
    expect([hall.guild.first(), hall.guild.length, hall.guild instanceof Guild]).toEqual(['al: all for one', 1, true])
    const paths = Array.from(world.managed.fieldsOf(world.managed.referTo(hall)), ({ path }) => path)
    expect(paths).toEqual(['guild', 'guild[0]'])
  })

  it('nothing stands for a handle of others, one that is gone, or one that a trace found out of reach', async () => {
    const world = new ManagedWorld()
    const { heap, managed } = world
    const own = heap.create()
    expect(() => managed.representativeOf(own)).toThrow(/no-representative/)
    expect(managed.describe(own)).toEqual({ kind: 'ordinary', className: '', hasRepresentative: false })
    expect(Array.from(managed.fieldsOf(own))).toEqual([])
    heap.unpin(own)
    const handle = inside(() => {
      const person = new Person('al')
      person.friend = new Person('bo')
      return world.export(person)
    })
    await macrotask()
    gc()
    managed.settle()
    const [friend] = heap.referencesOf(handle)
    expect(managed.trace([]).reachesObject(handle)).toBe(false)
    expect([managed.isReachable(handle), managed.isReachable(friend), heap.resolves(handle)]).toEqual([
      false,
      false,
      true,
    ])
    expect(() => managed.representativeOf(handle)).toThrow(/out-of-reach/)
    expect(heap.pinCount(handle)).toBe(0)
    heap.arrive(handle)
    expect((managed.representativeOf(handle) as Person).friend?.name).toBe('bo')
    expect([managed.isReachable(friend), heap.pinCount(handle), heap.pinCount(friend)]).toEqual([true, 2, 1])
    heap.unpin(handle)
    world.unexport(handle)
    await world.collect()
    expect([heap.resolves(handle), managed.isReachable(handle)]).toEqual([false, false])
    expect(() => managed.representativeOf(handle)).toThrow(/stale-handle/)
    expect(managed.sizes).toEqual({ managed: 0, ordinary: 0, remotes: 0, representatives: 0 })
  })
})

describe('handles', () => {
  it('are those of all kinds of objects, without the hidden parts of collections', () => {
    const world = new ManagedWorld()
    const list = new RefList(Array.from({ length: 70 }, (_, index) => new Person(`${index}`)))
    const handles = [list, ...list, world.receive(1), () => 1].map((object) => world.managed.referTo(object))
    const unseen = world.heap.importHandle(2 as ImportId)
    expect(new Set(world.managed.handles())).toEqual(new Set([...handles, unseen]))
    expect([world.heap.objectCount, handles.length, world.managed.sizes.remotes]).toEqual([73, 73, 1])
  })
})

describe('collection', () => {
  it('frees a cycle that ordinary code let go of, the objects themselves too', async () => {
    const world = new ManagedWorld()
    const refs = inside(() => {
      const ring = Array.from({ length: 10 }, (_, index) => new Person(`${index}`))
      for (let index = 0; index < 10; index++) ring[index].friend = ring[(index + 1) % 10]
      world.managed.referTo(ring[0])
      return ring.map((person) => new WeakRef(person))
    })
    expect(world.heap.objectCount).toBe(10)
    expect(await world.collect()).toBe(10)
    expect(refs.filter((ref) => ref.deref() !== undefined)).toEqual([])
    expect(world.managed.sizes).toEqual({ managed: 0, ordinary: 0, remotes: 0, representatives: 0 })
  })

  it('keeps all that one held object leads to, however far, and what others hold', async () => {
    const world = new ManagedWorld()
    const list = inside(() => {
      const members = new RefList<Person>()
      world.managed.referTo(members)
      for (let index = 0; index < 1000; index++) members.push(new Person(`${index}`))
      return members
    })
    const exported = inside(() => world.export(new Person('exported')))
    expect(await world.collect()).toBe(0)
    expect(world.managed.sizes).toEqual({ managed: 1002, ordinary: 0, remotes: 0, representatives: 1 })
    expect(list.at(999)?.name).toBe('999')
    world.unexport(exported)
    expect(await world.collect()).toBe(1)
  })

  it('in slices shades what is materialised, stored or adopted meanwhile', async () => {
    const world = new ManagedWorld()
    const { heap, managed } = world
    const { list, handles } = inside(() => {
      const people = new RefList(Array.from({ length: 50 }, (_, index) => new Person(`${index}`)))
      managed.referTo(people)
      return { list: people, handles: Array.from(people, (person) => managed.referTo(person)) }
    })
    const root = new Person('root')
    managed.referTo(root)
    await macrotask()
    gc()
    managed.settle()
    heap.beginCollection()
    heap.stepCollection(1)
    // The representative alone holds the last one now. The first hides behind the root, which may be black.
    const last = list.pop() as Person
    root.friend = list.at(0) as Person
    const fresh = new Person('fresh')
    list.splice(0, 1, fresh)
    while (!heap.stepCollection(10));
    const { freed } = heap.finishCollection({ exported: [], pinnedImports: [] })
    expect([freed, last.name, root.friend.name, list.at(0)]).toEqual([0, '49', '0', fresh])
    expect(handles.every((handle) => heap.resolves(handle))).toBe(true)
  })

  it('lets the node know of a field that lost its last reference, but never inside the setter', async () => {
    const world = new ManagedWorld()
    const { al, boHandle } = friends(world)
    await world.collect()
    world.released.length = 0
    al.friend = null
    expect([world.released, world.heap.resolves(boHandle)]).toEqual([[], true])
    await macrotask()
    await macrotask()
    expect([world.released, world.heap.resolves(boHandle)]).toEqual([[boHandle], false])
  })
})

describe('imports', () => {
  it('have one representative, which the field that holds one brings back', async () => {
    const world = new ManagedWorld()
    const al = new Person('al')
    const handle = world.managed.referTo(al)
    const old = inside(() => {
      const remote = world.receive(7)
      al.remote = remote
      expect([world.managed.referTo(remote), world.receive(7)]).toEqual([world.managed.handleOf(remote), remote])
      return new WeakRef(remote)
    })
    await world.collect()
    expect([old.deref(), world.dropped]).toEqual([undefined, []])
    expect(al.remote).toEqual({ remote: 7 })
    const [target] = world.heap.referencesOf(handle)
    expect(world.managed.describe(target)).toEqual({ kind: 'remote', className: '', hasRepresentative: true })
    al.remote = null
    await world.collect()
    expect([world.dropped, world.managed.sizes.remotes]).toEqual([[7], 0])
  })

  it('may be callable, and are then kept like others in fields, new or old', () => {
    const world = new ManagedWorld((handle) => Object.assign(() => handle, { handle }))
    const remote = world.receive(9)
    const al = new Person('al')
    al.remote = remote
    const handle = world.managed.referTo(al)
    expect([al.remote, world.heap.referencesOf(handle)]).toEqual([remote, [world.managed.handleOf(remote)]])
    al.remote = null
    al.remote = remote
    expect(al.remote).toBe(remote)
    expect(() => (al.remote = [remote])).toThrow(/Person\.remote\[0\].*RefList/)
  })

  it('are dropped when only a cycle of managed objects held them', async () => {
    const world = new ManagedWorld()
    inside(() => {
      const [al, bo] = [new Person('al'), new Person('bo')]
      al.friend = bo
      bo.friend = al
      bo.remote = world.receive(3)
      world.managed.referTo(al)
    })
    expect(await world.collect()).toBe(2)
    expect([world.dropped, world.managed.sizes.remotes]).toEqual([[3], 0])
  })

  it('keep their representative when they break', async () => {
    const world = new ManagedWorld()
    const remote = world.receive(5)
    const handle = world.managed.referTo(remote)
    world.heap.breakImport(5 as ImportId)
    expect([world.managed.representativeOf(handle), world.managed.describe(handle).kind]).toEqual([remote, 'remote'])
  })

  it('can be let go of before V8 finds out', async () => {
    const world = new ManagedWorld()
    const al = new Person('al')
    world.managed.referTo(al)
    const remote = world.receive(8)
    const handle = world.managed.referTo(remote)
    al.remote = remote
    expect([world.managed.livingRepresentative(handle), world.heap.pinCount(handle)]).toEqual([remote, 1])
    expect([world.managed.letGo(remote), world.managed.letGo(remote), world.managed.letGo(al)]).toEqual([
      true,
      false,
      false,
    ])
    expect([world.managed.livingRepresentative(handle), world.heap.pinCount(handle)]).toEqual([undefined, 0])
    expect(world.managed.handleOf(remote)).toBeUndefined()
    expect(() => world.managed.referTo(remote)).toThrow(/disposed/)
    expect(() => (al.remote = remote)).toThrow(/Person\.remote.*disposed/)
    const again: object = al.remote
    expect([again === remote, again, world.heap.pinCount(handle)]).toEqual([false, { remote: 8 }, 1])
    al.remote = null
    await world.collect()
    expect([world.managed.livingRepresentative(handle), world.heap.pinCount(handle)]).toEqual([again, 1])
    world.managed.letGo(again)
    await world.collect()
    expect([world.dropped, world.managed.livingRepresentative(handle)]).toEqual([[8], undefined])
  })

  it('a function of the node that fails leaves no pin', () => {
    const heap = new ObjectHeap()
    const managed = new ManagedHeap({
      heap,
      createRemote: () => {
        throw new Error('no proxy today')
      },
      isExported: () => false,
      onReleased: () => undefined,
      defer: () => undefined,
    })
    const handle = heap.importHandle(1 as ImportId)
    expect(() => managed.representativeOf(handle)).toThrow('no proxy today')
    expect([heap.pinCount(handle), managed.sizes.representatives]).toEqual([1, 0])
  })
})

describe('ordinary objects', () => {
  it('are kept while others hold them, and then left to ordinary code', async () => {
    const world = new ManagedWorld()
    const [handle, ref] = inside(() => {
      const object = { plain: true }
      return [world.export(object), new WeakRef(object)] as const
    })
    await world.collect()
    await world.collect()
    expect(world.managed.representativeOf(handle)).toBe(ref.deref())
    expect(world.managed.describe(handle)).toEqual({ kind: 'ordinary', className: 'Object', hasRepresentative: true })
    await macrotask()
    world.unexport(handle)
    await world.collect()
    expect([ref.deref(), world.heap.resolves(handle), world.managed.sizes.ordinary]).toEqual([undefined, false, 0])
  })

  it('keep their handle as long as they live, however often they are exported', async () => {
    const world = new ManagedWorld()
    const listener = (): number => 42
    const handle = world.export(listener)
    for (let time = 0; time < 3; time++) {
      world.unexport(handle)
      await world.collect()
      expect(world.managed.handleOf(listener)).toBe(handle)
      expect(world.export(listener)).toBe(handle)
      await world.collect()
    }
    expect([world.heap.pinCount(handle), world.managed.describe(handle).className]).toEqual([1, 'Function'])
  })

  it('that were referred to but never exported are let go of by settle', async () => {
    const world = new ManagedWorld()
    const ref = inside(() => {
      const object = {}
      world.managed.referTo(object)
      return new WeakRef(object)
    })
    await world.collect()
    await world.collect()
    expect([ref.deref(), world.managed.sizes.ordinary]).toEqual([undefined, 0])
  })

  it('stay while the node pins them for a message under way', async () => {
    const world = new ManagedWorld()
    const [handle, ref] = inside(() => {
      const object = {}
      return [world.managed.referTo(object), new WeakRef(object)] as const
    })
    world.heap.pin(handle)
    await world.collect()
    await world.collect()
    expect(ref.deref()).toBeDefined()
    await macrotask()
    world.heap.unpin(handle)
    await world.collect()
    await world.collect()
    expect([ref.deref(), world.heap.resolves(handle)]).toEqual([undefined, false])
  })

  it('are no use to whoever names one that is gone', async () => {
    const world = new ManagedWorld()
    const handle = inside(() => world.managed.referTo({}))
    world.managed.unexported([handle])
    await macrotask()
    gc()
    expect(() => world.managed.representativeOf(handle)).toThrow(/stale-handle/)
  })
})
