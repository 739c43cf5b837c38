import { Managed } from '@holdfast/heap/managed'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Arrived, ByReference, Future, Remote, Sent } from '../src/remote-type.js'
import type * as lobby from './fixtures/remote-lobby.js'
import type { Clock, Folder, Json, Point, Room, Seat, Tree, User } from './fixtures/remote-lobby.js'
import { QuickInfo } from './support/quick-info.js'

const editor = new QuickInfo(new URL('fixtures/remote-lobby.ts', import.meta.url))

describe('code that uses remote objects', () => {
  it('compiles, and what must not compile does not', () => {
    expect(editor.complaints).toStrictEqual([])
  })

  it.each([
    ['const lobby', 'const lobby: Remote<Room>'],
    ['lobby.owner', '(property) owner: Future<Remote<User> | null>'],
    ['lobby.owner.name', '(property) name: Future<string>'],
    ['await lobby.tree', '(property) tree: Future<Tree>'],
    ['lobby.onIdle', '(property) onIdle: () => Future<number>'],
    ['lobby.clock', '(property) clock: Future<Remote<Clock>>'],
    ['arrivedOwner', 'const arrivedOwner: Remote<User> | null'],
    ['arrivedTree', 'const arrivedTree: Tree'],
    ['lobby.join', '(method) join(name: string, user: User | Remote<User>): Future<void>'],
    ['joined', 'const joined: Future<void>'],
    ['const users', 'const users: readonly Remote<User>[]'],
    ['lobby.find', '(method) find(name: string): Future<Remote<User> | null>'],
    ['const pair', 'const pair: [user: Remote<User>, score: number]'],
    ['echoed', 'const echoed: Future<Point>'],
    ['const json', 'const json: Json'],
    ['lobby.messages', '(method) messages(since: Date): Future<AsyncIterableIterator<string>>'],
    [
      'lobby.subscribe',
      '(method) subscribe(listener: (user: Remote<User>, text: string) => unknown): Future<Remote<() => void>>',
    ],
    ['const unsubscribe', 'const unsubscribe: Remote<() => void>'],
    ['using held', 'using held: Remote<User>'],
    ['next.next.next', '(property) next: Future<Remote<Growing<string[][][]>>>'],
  ])('shows plain names: %s', (code, text) => {
    expect(editor.of(code)).toBe(text)
  })
})

describe('a remote object', () => {
  it('has futures for fields, which lead on to the fields of their values', () => {
    expectTypeOf<typeof lobby.topic>().toEqualTypeOf<Future<string>>()
    expectTypeOf<typeof lobby.owner>().toEqualTypeOf<Future<Remote<User> | null>>()
    expectTypeOf<typeof lobby.name>().toEqualTypeOf<Future<string>>()
    expectTypeOf<typeof lobby.deep>().toEqualTypeOf<Future<string>>()
    expectTypeOf<typeof lobby.grown>().toEqualTypeOf<Future<string>>()
    expectTypeOf<typeof lobby.seatedName>().toEqualTypeOf<Future<string>>()
    expectTypeOf<typeof lobby.foundName>().toEqualTypeOf<Future<string>>()
    expectTypeOf<typeof lobby.renamed>().toEqualTypeOf<Future<string>>()
    expectTypeOf<typeof lobby.memberName>().toEqualTypeOf<Future<string>>()
    expectTypeOf<typeof lobby.tick>().toEqualTypeOf<Future<number>>()
    expectTypeOf<typeof lobby.idle>().toEqualTypeOf<Future<number>>()
    expectTypeOf<typeof lobby.counted>().toEqualTypeOf<Future<number>>()
  })

  it('keeps the last of a method that is overloaded', () => {
    expectTypeOf<typeof lobby.got>().toEqualTypeOf<Future<string>>()
  })

  it('is let go of by `using`', () => {
    expectTypeOf<Remote<Room>>().toExtend<Disposable & AsyncDisposable>()
    expectTypeOf<Future<Remote<Room>>>().toExtend<Disposable & AsyncDisposable>()
  })

  it('is no promise, and a future is nothing but one', () => {
    expectTypeOf<Remote<Room>>().not.toHaveProperty('then')
    expectTypeOf<Future<string>>().toExtend<Promise<string>>()
    expectTypeOf<Awaited<Future<Remote<Room>>>>().toEqualTypeOf<Remote<Room>>()
  })
})

describe('what arrives', () => {
  it('is a reference for what travels by reference, however deep', () => {
    expectTypeOf<Arrived<User>>().toEqualTypeOf<Remote<User>>()
    expectTypeOf<Arrived<() => void>>().toEqualTypeOf<Remote<() => void>>()
    expectTypeOf<Arrived<ByReference<Clock>>>().toEqualTypeOf<Remote<Clock>>()
    expectTypeOf<Arrived<Seat>>().branded.toEqualTypeOf<{ readonly at: Point; readonly user: Remote<User> }>()
    expectTypeOf<typeof lobby.tally>().toEqualTypeOf<Map<string, Set<Remote<User>>>>()
    expectTypeOf<typeof lobby.folderOwner>().toEqualTypeOf<Remote<User> | undefined>()
    expectTypeOf<typeof lobby.loose>().toEqualTypeOf<Remote<Room> | string>()
  })

  it('is itself when it is plain data', () => {
    expectTypeOf<Arrived<Tree>>().toEqualTypeOf<Tree>()
    expectTypeOf<Arrived<Json>>().toEqualTypeOf<Json>()
    expectTypeOf<Arrived<Date | RangeError | Uint8Array>>().toEqualTypeOf<Date | RangeError | Uint8Array>()
    expectTypeOf<Arrived<unknown>>().toBeUnknown()
    expectTypeOf<Arrived<never>>().toBeNever()
    expectTypeOf<Arrived<Promise<boolean | undefined>>>().toEqualTypeOf<boolean | undefined>()
  })

  it('is no reference to a reference', () => {
    expectTypeOf<Arrived<Remote<User>>>().toEqualTypeOf<Remote<User>>()
    expectTypeOf<Arrived<Arrived<Seat>>>().toEqualTypeOf<Arrived<Seat>>()
    expectTypeOf<Arrived<Future<Remote<User>>>>().toEqualTypeOf<Remote<User>>()
  })
})

describe('what may be sent', () => {
  it('is a thing itself, or a reference to it', () => {
    expectTypeOf<Sent<User>>().toEqualTypeOf<User | Remote<User>>()
    expectTypeOf<Sent<Remote<User>>>().toEqualTypeOf<User | Remote<User>>()
    expectTypeOf<Sent<readonly User[]>>().toEqualTypeOf<readonly (User | Remote<User>)[]>()
    expectTypeOf<Folder>().toExtend<Sent<Folder>>()
    expectTypeOf<Arrived<Folder>>().toExtend<Sent<Folder>>()
    expectTypeOf<Tree>().toEqualTypeOf<Sent<Tree>>()
  })

  it('is a function of ours for a function, with or without a promise', () => {
    expectTypeOf<(user: Remote<User>) => Promise<boolean>>().toExtend<Sent<(user: User) => boolean>>()
    expectTypeOf<Remote<(user: User) => boolean>>().toExtend<Sent<(user: User) => boolean>>()
    expectTypeOf<Remote<(user: User) => boolean>>().toExtend<Sent<Remote<(user: User) => boolean>>>()
    expectTypeOf<(user: Remote<User>) => string>().not.toExtend<Sent<(user: User) => boolean>>()
  })

  it('is told from plain data by a brand that does not exist at run time', () => {
    class Lobby extends Managed {}
    expect(Reflect.ownKeys(new Lobby())).toStrictEqual([])
    expectTypeOf<Sent<Lobby>>().toEqualTypeOf<Lobby | Remote<Lobby>>()
  })
})
