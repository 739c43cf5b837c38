import { HoldfastError, InvariantError, LimitError, ProtocolError, UsageError } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { type ErrorValue, fromErrorValue, toErrorValue } from '../src/values/error-value.js'
import { passValue } from './support/pass-value.js'

interface Arrived extends Error {
  readonly remoteStack: string
  readonly code?: string | number
  readonly data?: unknown
}

class GoneError extends HoldfastError {
  constructor() {
    super('gone', 'it is gone', { room: 'lobby' })
  }
}
class QuotaError extends RangeError {}

/** Throws it over there. */
function cross(thrown: unknown): Arrived {
  return fromErrorValue(passValue(toErrorValue(thrown)), 'node bob', { GoneError }) as Arrived
}

describe('an error that was thrown on another node', () => {
  it.each([Error, TypeError, RangeError, SyntaxError])('is of its class here: %o', (Class) => {
    const error = cross(new Class('why'))
    expect(error).toBeInstanceOf(Class)
    expect(Object.getPrototypeOf(error)).toBe(Class.prototype)
    expect(error.message).toBe('why')
  })

  it.each([
    new ProtocolError('bad-peer', 'p', { n: 1 }),
    new UsageError('bad-use', 'u', { path: 'a.b' }),
    new LimitError('too-many', 'l'),
    new InvariantError('i', { state: [1] }),
    new GoneError(),
  ])('is of the class of Holdfast that it was, with code and data: $name', (thrown) => {
    const error = cross(thrown)
    expect(Object.getPrototypeOf(error)).toBe(Object.getPrototypeOf(thrown))
    expect(error).toMatchObject({ name: thrown.name, code: thrown.code, data: thrown.data, message: thrown.message })
  })

  it('of an unknown class has its name, and the nearest class of the language', () => {
    const error = cross(new QuotaError('full'))
    expect(error).toBeInstanceOf(RangeError)
    expect(error.name).toBe('QuotaError')
    expect(cross(Object.assign(new Error('x'), { name: 'AbortError' })).name).toBe('AbortError')
  })

  it('shows what it says here and where it comes from', () => {
    const thrown = new TypeError('why')
    const error = cross(thrown)
    expect(error.remoteStack).toBe(thrown.stack)
    expect(error.stack).toBe(`TypeError: why\n--- on node bob ---\n${thrown.stack}`)
    expect(Object.keys(error)).toStrictEqual([])
  })

  it('keeps a code of its own', () => {
    expect(cross(Object.assign(new Error('no file'), { code: 'ENOENT' })).code).toBe('ENOENT')
    expect('code' in cross(new Error('none'))).toBe(false)
  })

  it('keeps its causes, eight of them', () => {
    let thrown = new Error('0')
    for (let n = 1; n < 20; n++) thrown = new TypeError(String(n), { cause: thrown })
    const messages: string[] = []
    for (let error: unknown = cross(thrown); error instanceof Error; error = error.cause) messages.push(error.message)
    expect(messages).toStrictEqual(['19', '18', '17', '16', '15', '14', '13', '12', '11'])
  })

  it('keeps its errors, within reason', () => {
    const error = cross(
      new AggregateError([new TypeError('a'), 'b', new AggregateError([new Error('c')], 'inner')], 'all'),
    )
    expect(error).toBeInstanceOf(AggregateError)
    expect((error as unknown as AggregateError).errors).toMatchObject([
      { name: 'TypeError', message: 'a', remoteStack: expect.stringContaining('a') as string },
      { message: 'b', cause: 'b' },
      { errors: [{ message: 'c' }] },
    ])
    const many = new AggregateError([], 'many')
    many.errors = Array.from({ length: 50 }, () => many)
    expect(JSON.stringify(toErrorValue(many)).split('AggregateError:').length).toBeLessThan(70)
    const sent = toErrorValue(new AggregateError([], 'many')) as unknown as { errors: unknown[] }
    sent.errors.push(...Array.from({ length: 50 }, () => sent))
    expect(fromErrorValue(sent, 'x')).toBeInstanceOf(AggregateError)
  })

  it('may lead back to itself', () => {
    const thrown = new Error('loop')
    thrown.cause = thrown
    expect(cross(thrown)).toHaveProperty('cause.cause.cause.message', 'loop')
    const sent: { cause?: object } = toErrorValue(new Error('loop'))
    sent.cause = sent
    expect(fromErrorValue(passValue(sent), 'x')).toHaveProperty('cause.cause.cause.message', 'loop')
  })
})

describe('something thrown that is no error', () => {
  it.each([
    ['text', 'text'],
    [7, '7'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ a: [1] }, '[object Object]'],
  ])('arrives as the cause of one: %o', (thrown, message) => {
    const error = cross(thrown)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ message, remoteStack: '' })
    expect(error.cause).toStrictEqual(thrown)
  })

  it('is only described when it cannot be copied', () => {
    expect(cross(Symbol('s')).message).toBe('Symbol(s)')
    expect('cause' in cross(new (class Socket {})())).toBe(false)
  })
})

describe('describing an error', () => {
  it('leaves out data that cannot be copied', () => {
    const value = toErrorValue(new UsageError('bad', 'b', { fine: 1, handler: () => {} }))
    expect(value.data).toStrictEqual({ fine: 1 })
  })

  it('never throws', () => {
    const { proxy, revoke } = Proxy.revocable(new Error('x'), {})
    revoke()
    const bad = new Error('x')
    Object.defineProperty(bad, 'message', {
      get() {
        throw new Error('no message')
      },
    })
    for (const thrown of [proxy, bad, Object.create(null)]) expect(cross(thrown).message).toMatch(/cannot be read/)
  })

  it('reads the stack, which lets go of what the error was thrown from', async () => {
    class Room {
      fail(): Error {
        return new Error('here')
      }
    }
    const made = (read: (error: Error) => void): [Error, WeakRef<Room>] => {
      const room = new Room()
      const error = room.fail()
      read(error)
      return [error, new WeakRef(room)]
    }
    const [error, room] = made(toErrorValue)
    await new Promise((resolve) => setTimeout(resolve))
    gc?.()
    expect(error.message).toBe('here')
    expect(room.deref()).toBeUndefined()
  })
})

describe('an error value that nobody honest sends', () => {
  const sound: ErrorValue = { class: 'Error', base: 'Error', name: 'Error', message: '', stack: '' }
  it.each([
    null,
    'text',
    {},
    { ...sound, stack: 5 },
    { ...sound, code: {} },
    { ...sound, data: 'd' },
    { ...sound, errors: 'e' },
    { ...sound, cause: 'c' },
    { ...sound, errors: [1] },
  ])('is refused: %j', (value) => {
    expect(() => fromErrorValue(value, 'x')).toThrow(expect.objectContaining({ code: 'malformed-value' }))
  })

  it.each(['constructor', '__proto__', 'Function', 'HoldfastError'])('makes no class of a name like %s', (name) => {
    const error = fromErrorValue({ ...sound, class: name, base: name }, 'x')
    expect(Object.getPrototypeOf(error)).toBe(Error.prototype)
  })
})
