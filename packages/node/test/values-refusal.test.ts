import { UsageError } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import { encodeValue } from '../src/values/encode-value.js'
import { passValue } from './support/pass-value.js'

class Socket {}
class Team extends Array {}
class Registry extends Map {}
const socket = new Socket()

function refusalOf(value: unknown, name?: string): UsageError {
  try {
    encodeValue(value, () => null, name)
  } catch (error) {
    return error as UsageError
  }
  throw new Error('was not refused')
}

describe('what cannot be copied is refused where it is', () => {
  it.each([
    [[1, { user: { socket } }], 'arguments[1].user.socket'],
    [socket, 'arguments'],
    [[socket], 'arguments[0]'],
    [[new Map([['a b', { socket }]])], 'arguments[0].get("a b").socket'],
    [[new Map([[1, socket]])], 'arguments[0].get(1)'],
    [[new Map([[{ deep: { deeper: [1] } }, { socket }]])], 'arguments[0].get(…).socket'],
    [[new Map([[{ deep: { deeper: [1] } }, Symbol('s')]])], 'arguments[0].get(…)'],
    [[{ tags: new Set(['x', socket]) }], 'arguments[0].tags[1]'],
    [[{ done: [{ deep: [1] }], 'two words': [null, socket] }], 'arguments[0]["two words"][1]'],
    [[new Error('e', { cause: { socket } })], 'arguments[0].cause.socket'],
    [[{ e: new Error('e', { cause: new Error('f', { cause: [socket] }) }) }], 'arguments[0].e.cause.cause[0]'],
    [[new Uint8Array(new SharedArrayBuffer(4))], 'arguments[0]'],
  ])('%#: at %s %s', (value, path) => {
    const refusal = refusalOf(value)
    expect(refusal).toBeInstanceOf(UsageError)
    expect(refusal.code).toBe('not-clonable')
    expect(refusal.data['path']).toBe(path)
    expect(refusal.message.startsWith(`${path} `)).toBe(true)
  })

  it.each([
    [socket, 'is a Socket: extend Managed, or mark it with byReference()'],
    [Team.of(1), 'is a Team:'],
    [new Registry(), 'is a Registry:'],
    [Promise.resolve(), 'is a Promise:'],
    [new WeakMap(), 'is a WeakMap:'],
    [() => {}, 'is a function:'],
    [Symbol('s'), 'is a symbol'],
    [Object.create({ inherited: 1 }), 'is a Object:'],
    [Object.create(Object.create(null) as object), 'is a nameless class:'],
    [JSON.parse('{"__proto__": 1}'), 'has a property named __proto__'],
    [Object(Symbol('s')), 'is a Symbol:'],
  ])('%#: says what it is and what to do', (value, text) => {
    expect(refusalOf([value], 'result').message).toContain(`result[0] ${text}`)
  })

  it('a getter that throws is a refusal with a cause, and nothing is half done', () => {
    const cause = new TypeError('no')
    const value = {
      get bad(): never {
        throw cause
      },
    }
    const refusal = refusalOf([{ a: [value] }])
    expect(refusal).toMatchObject({ code: 'not-clonable', data: { path: 'arguments[0].a[0].bad' }, cause })
  })

  it('a proxy that throws is a refusal, too', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(refusalOf([{ proxy }])).toMatchObject({ code: 'not-clonable', data: { path: 'arguments[0].proxy' } })
  })

  it('a buffer that was transferred is refused', () => {
    const bytes = new Uint8Array(8)
    structuredClone(bytes, { transfer: [bytes.buffer] })
    expect(refusalOf([{ bytes }])).toMatchObject({ code: 'not-clonable', data: { path: 'arguments[0].bytes' } })
  })

  it('what refer throws is passed on', () => {
    const thrown = new UsageError('untraceable-field', 'Room.cache')
    const refer = vi.fn((value: object): null => {
      if (value instanceof Socket) throw thrown
      return null
    })
    expect(() => encodeValue([{ socket }], refer)).toThrow(thrown)
    expect(refer).toHaveBeenCalledTimes(3)
    expect(() => encodeValue(new Set([socket]), refer)).toThrow(thrown)
  })
})

describe('the depth of a value', () => {
  const nested = (depth: number, wrap: (inner: unknown) => unknown): unknown => {
    let value: unknown = 'end'
    for (let level = 0; level < depth; level++) value = wrap(value)
    return value
  }
  const wraps: [string, (inner: unknown) => unknown][] = [
    ['objects', (inner) => ({ inner })],
    ['arrays', (inner) => [inner]],
    ['maps', (inner) => new Map([[1, inner]])],
    ['keys of maps', (inner) => new Map([[inner, 1]])],
    ['sets', (inner) => new Set([inner])],
  ]

  it.each(wraps)('may be hundreds of %s', (_, wrap) => {
    expect(() => passValue(nested(490, wrap))).not.toThrow()
    expect(refusalOf(nested(600, wrap)).message).toContain('is nested more than 500 deep')
  })

  it.each(wraps)('ends with a refusal of 10,000 %s', (_, wrap) => {
    expect(refusalOf(nested(10_000, wrap)).code).toBe('not-clonable')
  })

  it('does not count what is beside', () => {
    const wide = Array.from({ length: 2000 }, (_, index) => new Map([[{ index }, new Set([[index]])]]))
    expect(passValue(wide)).toStrictEqual(wide)
  })

  it('does not count causes of causes', () => {
    let error = new Error('first')
    for (let level = 0; level < 2000; level++) error = new Error('next', { cause: error })
    expect(passValue({ error })).toHaveProperty('error.cause.cause.cause')
  })

  it('an array that is long and nearly empty is refused', () => {
    const array: unknown[] = []
    array[2 ** 32 - 2] = 1
    expect(refusalOf([array])).toMatchObject({ code: 'not-clonable', data: { path: 'arguments[0]' } })
  })
})
