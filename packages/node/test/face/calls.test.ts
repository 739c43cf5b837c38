/** Calls, fields, functions and identity across two nodes of one thread. */
import { inspect as inspectValue } from 'node:util'
import { Managed, RefMap } from '@holdfast/heap/managed'
import { describe, expect, it } from 'vitest'
import { byReference, inspect, type Remote, within } from '../../src/index.js'
import { useFaceWorld } from '../support/face.js'

class User extends Managed {
  name: string
  constructor(name: string) {
    super()
    this.name = name
  }
  greet(other: string): string {
    return `${this.name} greets ${other}`
  }
}

class Room extends Managed {
  topic = 'tea'
  owner: User | Remote<User> | null = null
  members = new RefMap<string, User | Remote<User>>()
  join(name: string, user: User | Remote<User>): number {
    this.members.set(name, user)
    return this.members.size
  }
  member(name: string): User | Remote<User> | undefined {
    return this.members.get(name)
  }
  setOwner(user: User): void {
    this.owner = user
  }
  fail(): never {
    throw new RangeError('no such thing', { cause: new TypeError('because') })
  }
  async later(value: number): Promise<number> {
    await Promise.resolve()
    return value + 1
  }
}

describe('calls between two nodes', () => {
  const world = useFaceWorld()

  it('reach methods, read fields, and copy plain data', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const room = new Room()
    bob.publish('lobby', room)
    const lobby = await alice.lookup<Room>('bob', 'lobby')
    expect(await lobby.topic).toBe('tea')
    expect(await lobby.later(4)).toBe(5)
    const me = new User('al')
    expect(await lobby.join('al', me)).toBe(1)
    expect(await lobby.member('al')).toBe(me)
    bob.unpublish('lobby')
  })

  it('give the same proxy for the same object, and the original at home', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const room = new Room()
    bob.publish('lobby', room)
    const lobby = await alice.lookup<Room>('bob', 'lobby')
    expect(await alice.lookup<Room>('bob', 'lobby')).toBe(lobby)
    const echo = byReference({ same: (value: unknown) => value })
    bob.publish('echo', echo)
    const remoteEcho = await alice.lookup<typeof echo>('bob', 'echo')
    expect(await remoteEcho.same(lobby)).toBe(lobby)
    bob.unpublish('lobby')
    bob.unpublish('echo')
  })

  it('reject with the class, code, cause and stack of the error', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    bob.publish('lobby', new Room())
    const lobby = await alice.lookup<Room>('bob', 'lobby')
    const error = await (lobby.fail() as Promise<never>).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(RangeError)
    expect(error).toMatchObject({ message: 'no such thing', cause: { message: 'because' } })
    expect((error as Error).stack).toContain('Room.fail')
    bob.unpublish('lobby')
  })

  it('go out at once for a result that is still to come', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const room = new Room()
    room.owner = new User('olga')
    bob.publish('lobby', room)
    const future = alice.lookup<Room>('bob', 'lobby')
    expect(await (future as unknown as Remote<{ owner: User }>).owner.name).toBe('olga')
    const lobby = await future
    expect(await within(lobby.topic, 1000)).toBe('tea')
    const view = lobby.later(1)
    expect(inspect(view)).toMatchObject({ state: 'pending' })
    await view
    expect(inspect(view)).toMatchObject({ state: 'fulfilled', value: 2 })
    bob.unpublish('lobby')
  })

  it('leave nothing behind', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    bob.publish('lobby', new Room())
    await (async () => {
      const lobby = await alice.lookup<Room>('bob', 'lobby')
      await lobby.join('al', new User('al'))
    })()
    bob.unpublish('lobby')
    await world.settle()
    expect([alice, bob].map((node) => node.stats().keptAnswers)).toEqual([0, 0])
  })
})

describe('a field that is read again', () => {
  const world = useFaceWorld()

  it('is fetched again, and nothing is fetched by looking at it', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    const room = new Room()
    bob.publish('lobby', room)
    const lobby = await alice.lookup<Room>('bob', 'lobby')
    const read: string[] = []
    bob.on('call', ({ path }) => read.push(path))
    const { topic } = lobby
    expect(typeof topic.then).toBe('function')
    expect(await topic).toBe('tea')
    room.topic = 'cake'
    expect(await topic).toBe('cake')
    expect(await lobby.topic).toBe('cake')
    expect(read).toEqual(['topic', 'topic', 'topic'])
    expect(String(lobby as unknown)).toBe('Remote of bob')
    bob.unpublish('lobby')
  })
})

describe('a remote object on the console', () => {
  const world = useFaceWorld()

  it('says whose it is, and that it is gone', async () => {
    const [alice, bob] = await world.mesh('alice', 'bob')
    bob.publish('lobby', new Room())
    const lobby = await alice.lookup<Room>('bob', 'lobby')
    expect(inspectValue(lobby)).toBe('Remote of bob')
    alice.declareGone('bob')
    expect(inspectValue(lobby)).toBe('Remote (broken)')
    bob.unpublish('lobby')
  })
})
