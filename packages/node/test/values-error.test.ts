import { describe, expect, it } from 'vitest'
import { passValue, Service } from './support/pass-value.js'

class QuotaError extends RangeError {
  readonly code = 'E_QUOTA'
}

describe('an error in a value', () => {
  it.each([Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError])('stays a %o', (Class) => {
    const error = new Class('why')
    const { error: copy } = passValue({ error }) as { error: Error }
    expect(Object.getPrototypeOf(copy)).toBe(Class.prototype)
    expect(copy).toMatchObject({ name: error.name, message: 'why', stack: error.stack })
    expect(Object.keys(copy)).toStrictEqual([])
  })

  it('of another class is of the nearest class of the language', () => {
    const [copy] = passValue([new QuotaError('full')]) as [QuotaError]
    expect(copy).toBeInstanceOf(RangeError)
    expect(copy).toMatchObject({ name: 'RangeError', message: 'full', code: 'E_QUOTA' })
  })

  it('keeps its name, its cause and its errors', () => {
    const service = new Service()
    const named = Object.assign(new Error('late', { cause: { service } }), { name: 'TimeoutError' })
    const [copy] = passValue([new AggregateError([named, 7], 'all failed', { cause: undefined })]) as [AggregateError]
    expect(copy).toBeInstanceOf(AggregateError)
    expect('cause' in copy).toBe(true)
    expect(copy.errors).toMatchObject([{ name: 'TimeoutError', cause: { service } }, 7])
    expect((copy.errors[0] as { cause: { service: unknown } }).cause.service).toBe(service)
  })

  it('may lead back to itself, and is one error wherever it occurs', () => {
    const error: Error = new Error('loop')
    error.cause = { error, list: [error] }
    const copy = passValue({ error, again: error, map: new Map([[error, error]]) }) as {
      error: Error & { cause: { error: Error; list: Error[] } }
      again: Error
      map: Map<Error, Error>
    }
    expect(copy.error.cause.error).toBe(copy.error)
    expect(copy.error.cause.list[0]).toBe(copy.error)
    expect(copy.again).toBe(copy.error)
    expect(copy.map.get(copy.error)).toBe(copy.error)
  })

  it('at the root is one, too', () => {
    expect(passValue(new TypeError('root'))).toBeInstanceOf(TypeError)
  })
})
