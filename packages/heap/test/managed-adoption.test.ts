import type { UsageError } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { closureAccessors, generatedAccessors, Managed, RefList, RefMap, RefSet } from '../src/managed/index.js'
import { ManagedWorld, macrotask } from './support/managed-world.js'

class User extends Managed {
  name: string
  friend: User | null = null
  constructor(name = '') {
    super()
    this.name = name
  }

  get greeting(): string {
    return `hello ${this.name}`
  }

  set greeting(text: string) {
    this.name = text.slice(6)
  }

  befriend(other: User): this {
    this.friend = other
    return this
  }
}

class Room extends Managed {
  topic = ''
  owner: User | null = null
  members = new RefMap<string, User>()
}

const refusalOf = (act: () => unknown): Pick<UsageError, 'code' | 'data'> => {
  let caught: unknown
  try {
    act()
  } catch (error) {
    caught = error
  }
  const { code, data } = caught as UsageError
  return { code, data }
}

describe.each([
  ['generated', generatedAccessors],
  ['closure', closureAccessors],
] as const)('fields behind %s accessors', (_, accessors) => {
  // Classes of their own: the first heap to adopt an instance decides how its class's accessors are made.
  const classes = () => {
    class Item extends Managed {
      label = 'none'
      next: Item | null = null
      data: unknown = null
    }
    class Special extends Item {
      extra = 1
      override label = 'special'
    }
    return { Item, Special, world: new ManagedWorld(undefined, accessors) }
  }

  it('an adopted instance reads and writes as before, and keeps nothing in itself', () => {
    const { Item, world } = classes()
    const item = new Item()
    item.label = 'before'
    world.managed.referTo(item)
    expect([Object.keys(item), item.label, item.next, Object.isExtensible(item)]).toEqual([[], 'before', null, false])
    item.label = 'after'
    item.data = undefined
    expect([item.label, item.data, 'data' in item]).toEqual(['after', undefined, true])
    expect(() => Object.assign(item, { unknown: 1 })).toThrow(TypeError)
  })

  it('an instance made after another was adopted keeps its fields to itself until it is adopted', () => {
    const { Item, Special, world } = classes()
    world.managed.referTo(new Item())
    const [item, special] = [new Item(), new Special()]
    item.label = 'mine'
    expect([Object.keys(item), item.label]).toEqual([['label', 'next', 'data'], 'mine'])
    world.managed.referTo(special)
    expect([special.label, special.extra, Object.keys(special), item.label]).toEqual(['special', 1, [], 'mine'])
    special.next = item
    expect([special.next, item.label, Object.keys(item)]).toEqual([item, 'mine', []])
  })

  it('a constructor that assigns instead of defining makes own properties, and others see none of it', () => {
    const world = new ManagedWorld(undefined, accessors)
    const Old = class extends Managed {
      declare label: string
      constructor() {
        super()
        this.label = 'assigned'
      }
    }
    const [first, second] = [new Old(), new Old()]
    world.managed.referTo(first)
    const third = new Old()
    expect([Object.keys(second), Object.keys(third), third.label]).toEqual([['label'], ['label'], 'assigned'])
    third.label = 'changed'
    expect([first.label, second.label, third.label]).toEqual(['assigned', 'assigned', 'changed'])
    expect(Old.prototype.label).toBeUndefined()
  })

  it('a field counts its references: what it loses is released, what it gains is referred to first', async () => {
    const { Item, world } = classes()
    const [root, first, second] = [new Item(), new Item(), new Item()]
    root.next = first
    const handle = world.managed.referTo(root)
    const [firstHandle] = world.heap.referencesOf(handle)
    root.next = second
    expect(world.heap.referencesOf(handle)).toEqual([world.managed.handleOf(second)])
    root.next = root
    root.data = root
    expect(world.heap.referencesOf(handle)).toEqual([handle, handle])
    root.data = 1
    root.next = null
    expect([world.heap.referencesOf(handle), world.released]).toEqual([[], []])
    await world.gcAlone()
    expect(world.released.slice(0, 2)).toEqual([firstHandle, world.managed.handleOf(second)])
    expect([root, first, second].map((item) => item.label)).toEqual(['none', 'none', 'none'])
  })
})

describe('adoption', () => {
  it('methods, accessors and the prototype of the class stay as they are', () => {
    const { managed } = new ManagedWorld()
    const [al, bo] = [new User('al'), new User('bo')]
    managed.referTo(al)
    expect(al.befriend(bo)).toBe(al)
    al.greeting = 'hello ann'
    expect([al.greeting, al.friend?.name, al instanceof User, al.constructor]).toEqual(['hello ann', 'bo', true, User])
  })

  it('takes along what its fields and collections lead to, cycles included', () => {
    const { managed, heap } = new ManagedWorld()
    const room = new Room()
    const [al, bo] = [new User('al'), new User('bo')]
    al.befriend(bo)
    bo.befriend(al)
    room.owner = al
    room.members.set('bo', bo).set('al', al)
    expect(managed.handleOf(room)).toBeUndefined()
    const handle = managed.referTo(room)
    expect(managed.referTo(room)).toBe(handle)
    expect([managed.sizes.managed, heap.objectCount, heap.referenceCount]).toEqual([4, 4, 6])
    expect([room.owner, room.members.get('bo'), bo.friend]).toEqual([al, bo, al])
    expect(
      Array.from(managed.fieldsOf(handle), ({ path, target }) => [path, managed.representativeOf(target)]),
    ).toEqual([
      ['owner', al],
      ['members', room.members],
      ["members['bo']", bo],
      ["members['al']", al],
    ])
    expect(managed.describe(handle)).toEqual({ kind: 'managed', className: 'Room', hasRepresentative: true })
  })

  it('follows a list of 100,000 without recursion', () => {
    const { managed } = new ManagedWorld()
    const head = new User('head')
    let last = head
    for (let index = 1; index < 100_000; index++) {
      last.friend = new User(`${index}`)
      last = last.friend
    }
    managed.referTo(head)
    expect([managed.sizes.managed, last.name, Object.keys(last)]).toEqual([100_000, '99999', []])
  })

  it('refuses everything when one field far away is refused, and leaves all as it was', () => {
    const { managed, heap } = new ManagedWorld()
    class Holder extends Managed {
      list = new RefList<Managed>()
      bad: unknown = null
    }
    const [top, middle, bottom] = [new Holder(), new Holder(), new Holder()]
    top.list.push(middle)
    middle.list.push(new User('innocent'), bottom)
    bottom.bad = { deep: [new Map()] }
    expect(refusalOf(() => managed.referTo(top))).toEqual({
      code: 'untraceable-field',
      data: { className: 'Holder', field: 'bad.deep[0]' },
    })
    expect([heap.objectCount, heap.referenceCount, managed.sizes.managed]).toEqual([0, 0, 0])
    expect([top, middle, bottom].map((holder) => Object.keys(holder))).toEqual(Array(3).fill(['list', 'bad']))
    expect([Object.isExtensible(top), Object.hasOwn(Holder.prototype, 'bad')]).toEqual([true, false])
    bottom.bad = null
    managed.referTo(top)
    const before = [heap.objectCount, heap.referenceCount]
    const stranger = new Holder()
    stranger.bad = new Set()
    expect(refusalOf(() => top.list.push(new User(), stranger))).toMatchObject({ code: 'untraceable-field' })
    expect(refusalOf(() => (top.bad = stranger))).toMatchObject({ code: 'untraceable-field' })
    expect([heap.objectCount, heap.referenceCount, top.list.length, top.bad]).toEqual([...before, 1, null])
  })

  it.each([
    ['a Map', () => new Map(), ''],
    ['a Set', () => new Set(), ''],
    ['a Promise', () => Promise.resolve(), ''],
    ['a WeakMap', () => new WeakMap(), ''],
    ['a function', () => () => 1, ''],
    ['an instance of another class', () => new URL('http://a.b'), ''],
    ['an array with a reference in it', () => [1, new User()], '[1]'],
    ['an object with a reference in it', () => ({ of: { user: new User() } }), '.of.user'],
    ['an object with a symbol in it', () => ({ [Symbol('x')]: 1 }), '[symbol]'],
    ['a subclass of a built-in', () => new (class extends Date {})(), ''],
    ['a subclass of Array', () => new (class extends Array {})(), ''],
  ])('refuses %s in a field, naming class and field', (_, make, path) => {
    const { managed } = new ManagedWorld()
    class Box extends Managed {
      value: unknown
    }
    const box = new Box()
    box.value = make()
    const refused = { code: 'untraceable-field', data: { className: 'Box', field: `value${path}` } }
    expect(refusalOf(() => managed.referTo(box))).toEqual(refused)
    box.value = 1
    managed.referTo(box)
    expect(refusalOf(() => (box.value = make()))).toEqual(refused)
    expect(box.value).toBe(1)
  })

  it('says for references in plain data what to use instead', () => {
    const { managed } = new ManagedWorld()
    const room = new Room()
    Object.assign(room, { topic: [new User()] })
    expect(() => managed.referTo(room)).toThrow(/Room\.topic\[0\].*RefList.*RefMap/)
  })

  it('refuses fields that are no ordinary ones: symbols, accessors, hidden and frozen ones, names of members', () => {
    const { managed } = new ManagedWorld()
    const withField = (define: (user: User) => unknown): (() => unknown) => {
      const user = new User()
      define(user)
      return () => managed.referTo(user)
    }
    const cases = [
      withField((user) => Object.assign(user, { [Symbol('s')]: 1 })),
      withField((user) => Object.defineProperty(user, 'x', { get: () => 1, enumerable: true, configurable: true })),
      withField((user) => Object.defineProperty(user, 'x', { value: 1, configurable: true })),
      withField((user) => Object.freeze(user)),
      withField((user) => Object.defineProperty(user, 'befriend', { value: 1, enumerable: true, configurable: true })),
      withField((user) => Object.defineProperty(user, 'toString', { value: 1, enumerable: true, configurable: true })),
      withField((user) => Object.defineProperty(user, '__proto__', { value: 1, enumerable: true, configurable: true })),
    ]
    expect(cases.map((act) => refusalOf(act).data['field'])).toEqual([
      'Symbol(s)',
      'x',
      'x',
      'name',
      'befriend',
      'toString',
      '__proto__',
    ])
    expect(managed.sizes.managed).toBe(0)
  })

  it('refuses what its own data adopts while it is read', () => {
    const { managed, heap } = new ManagedWorld()
    const user = new User('al')
    const data = {
      get trap(): number {
        return managed.referTo(user)
      },
    }
    class Desk extends Managed {
      user = user
      data = data
    }
    const desk = new Desk()
    expect(refusalOf(() => managed.referTo(desk)).code).toBe('re-entered')
    expect([heap.objectCount, managed.handleOf(desk), Object.keys(desk)]).toEqual([1, undefined, ['user', 'data']])
    expect(managed.handleOf(user)).toBeDefined()
  })

  it('refuses objects and imports of another heap', () => {
    const [here, there] = [new ManagedWorld(), new ManagedWorld()]
    const [user, remote] = [new User(), there.receive(1)]
    there.managed.referTo(user)
    const room = new Room()
    here.managed.referTo(room)
    expect(refusalOf(() => (room.owner = user))).toEqual({
      code: 'foreign-object',
      data: { className: 'Room', field: 'owner' },
    })
    expect(refusalOf(() => here.managed.referTo(user)).code).toBe('foreign-object')
    expect(refusalOf(() => here.managed.referTo(remote)).code).toBe('foreign-object')
    expect(refusalOf(() => room.members.set('x', remote as User)).data['field']).toBe("['x']")
    expect([here.managed.handleOf(user), here.managed.handleOf(remote), room.owner]).toEqual([
      undefined,
      undefined,
      null,
    ])
    expect([room.members.size, here.heap.referenceCount]).toEqual([0, 1])
  })
})

describe('private members', () => {
  it('are found in the source of each class on the way to Managed', () => {
    const { managed } = new ManagedWorld()
    class Counter extends Managed {
      #count = 0
      count(): number {
        return this.#count++
      }
    }
    class Named extends Counter {
      label = ''
    }
    class Method extends Managed {
      run(): number {
        return this.#secret()
      }
      #secret(): number {
        return 1
      }
    }
    expect(refusalOf(() => managed.referTo(new Named()))).toEqual({
      code: 'untraceable-field',
      data: { className: 'Named', field: '#count' },
    })
    expect(refusalOf(() => managed.referTo(new Method())).data['field']).toBe('#secret')
  })

  it('are not mistaken for static ones, strings, comments and templates', () => {
    const { managed } = new ManagedWorld()
    class Painted extends Managed {
      static #made = 0
      static get #count(): number {
        return Painted.#made
      }
      // Not this.#one.
      color = '#fff'
      text = "it's .#two"
      /* nor this.#three */
      note(): string {
        Painted.#made++
        return `.#four ${this.color} #five in ${Painted.#count}`
      }
    }
    managed.referTo(new Painted())
    expect(managed.sizes.managed).toBe(1)
  })
})

describe('a class that says pin', () => {
  class Session extends Managed {
    static readonly pin: boolean = true
    name = 'session'
    handlers = new Map<string, () => void>()
    user: User | null = null
  }

  it('has instances with untraceable fields pinned, with a warning for each class and field', async () => {
    const world = new ManagedWorld()
    const { managed } = world
    const session = new Session()
    session.user = new User()
    const handle = managed.referTo(session)
    managed.referTo(new Session())
    expect(world.warnings).toEqual([{ className: 'Session', field: 'handlers' }])
    expect([managed.describe(handle).kind, managed.sizes]).toEqual([
      'ordinary',
      { managed: 0, ordinary: 2, remotes: 0, representatives: 2 },
    ])
    expect([session.handlers, Object.keys(session).length, managed.handleOf(session.user)]).toEqual([
      new Map(),
      3,
      undefined,
    ])
    await world.collect()
    expect(managed.referTo(session)).toBe(handle)
  })

  it('leaves what only a pinned instance leads to as it is, and adopts what others lead to as well', () => {
    const { managed } = new ManagedWorld()
    const [shared, own] = [new User('shared'), new User('own')]
    class Late extends Managed {
      static readonly pin = true
      user = shared
      other: User | null = null
      handlers = new Map<string, () => void>()
    }
    const [first, last] = [new Late(), new Late()]
    first.other = own
    class Pair extends Managed {
      first = first
      middle: unknown = null
      last = last
    }
    class Holder extends Managed {
      user = shared
    }
    const pair = new Pair()
    pair.middle = new Holder()
    managed.referTo(pair)
    expect((pair.middle as Holder).user).toBe(shared)
    expect([managed.handleOf(shared) === undefined, managed.handleOf(own)]).toEqual([false, undefined])
    expect([pair.first, pair.last, first.user, managed.sizes.managed, managed.sizes.ordinary]).toEqual([
      first,
      last,
      shared,
      3,
      2,
    ])
  })

  it('has instances without such fields traced, and others kept by the fields that refer to them', async () => {
    const world = new ManagedWorld()
    class Desk extends Managed {
      session: Session | null = new Session()
    }
    class Plain extends Session {
      override handlers = null as never
    }
    const desk = new Desk()
    const ref = new WeakRef(desk.session as Session)
    const handle = world.export(desk)
    expect(world.managed.describe(world.managed.referTo(new Plain())).kind).toBe('managed')
    expect(Array.from(world.managed.fieldsOf(handle), ({ path }) => path)).toEqual(['session'])
    await world.collect()
    await world.collect()
    expect(desk.session).toBe(ref.deref())
    expect(desk.session?.name).toBe('session')
    await macrotask()
    // Held by the program alone for a while, then by a field again.
    const held = { session: desk.session }
    desk.session = null
    await world.collect()
    desk.session = held.session
    held.session = null
    await world.collect()
    await world.collect()
    expect(desk.session?.name).toBe('session')
    await macrotask()
    desk.session = null
    await world.collect()
    await world.collect()
    expect([ref.deref(), world.managed.sizes.ordinary]).toEqual([undefined, 0])
  })
})

describe('plain data', () => {
  class Box extends Managed {
    value: unknown = null
    set = new RefSet<unknown>()
  }

  it('is copied in, and handed out frozen: the same each time', () => {
    const { managed } = new ManagedWorld()
    const box = new Box()
    const shared = { n: 1 }
    const list: unknown[] = [1]
    list[2] = shared
    const data = { list, shared, none: null, 'odd key': undefined, big: 1n } as Record<string, unknown>
    data['self'] = data
    managed.referTo(box)
    box.value = data
    shared.n = 2
    const copy = box.value as typeof data
    expect(copy).not.toBe(data)
    expect(box.value).toBe(copy)
    expect([copy['self'], (copy['list'] as unknown[])[2]]).toEqual([copy, copy['shared']])
    expect([copy['list'], Object.keys(copy['list'] as object)]).toEqual([
      [1, undefined, { n: 1 }],
      ['0', '2'],
    ])
    expect([copy, copy['list'], copy['shared']].every((part) => Object.isFrozen(part))).toBe(true)
    expect(Object.keys(copy)).toEqual(['list', 'shared', 'none', 'odd key', 'big', 'self'])
  })

  it('keeps null prototypes and dangerous keys as they are', () => {
    const { managed } = new ManagedWorld()
    const box = new Box()
    box.value = [Object.assign(Object.create(null) as object, { a: 1 }), JSON.parse('{"__proto__": {"x": 1}}')]
    managed.referTo(box)
    const [bare, odd] = box.value as [object, object]
    expect([Object.getPrototypeOf(bare), Object.keys(bare)]).toEqual([null, ['a']])
    expect([Object.getPrototypeOf(odd), Object.keys(odd)]).toEqual([Object.prototype, ['__proto__']])
  })

  it('hands out what cannot be frozen as a copy each time', () => {
    const { managed } = new ManagedWorld()
    const box = new Box()
    const bytes = Buffer.from('hello')
    managed.referTo(box)
    box.value = {
      at: new Date(5),
      bytes,
      floats: new Float64Array([1.5]),
      view: new DataView(bytes.buffer, bytes.byteOffset, 5),
    }
    bytes[0] = 0
    type Value = { at: Date; bytes: Buffer; floats: Float64Array; view: DataView }
    const [first, second] = [box.value as Value, box.value as Value]
    first.at.setTime(6)
    first.bytes[1] = 0
    expect(second).not.toBe(first)
    expect([second.at.getTime(), second.bytes.toString(), second.floats[0]]).toEqual([5, 'hello', 1.5])
    expect([second.bytes.constructor, second.view.byteLength, second.view.getUint8(0)]).toEqual([Buffer, 5, 104])
    expect(Object.isFrozen(second)).toBe(true)
    box.value = /a+/g
    expect((box.value as RegExp).exec('baa')?.[0]).toBe('aa')
    expect((box.value as RegExp).lastIndex).toBe(0)
  })

  it('may be 100,000 levels deep', () => {
    const { managed } = new ManagedWorld()
    const box = new Box()
    let data: unknown = 'end'
    for (let depth = 0; depth < 100_000; depth++) data = [data]
    box.value = data
    managed.referTo(box)
    let depth = 0
    for (let at = box.value; Array.isArray(at); at = at[0]) depth++
    expect(depth).toBe(100_000)
  })

  it('is no member of a set, where it would have no identity', () => {
    const { managed } = new ManagedWorld()
    const box = new Box()
    box.set.add({})
    expect(refusalOf(() => managed.referTo(box))).toEqual({
      code: 'untraceable-field',
      data: { className: 'RefSet', field: '[0]' },
    })
    box.set.clear()
    managed.referTo(box)
    expect(refusalOf(() => box.set.add([])).code).toBe('untraceable-field')
    expect(box.set.size).toBe(0)
  })
})
