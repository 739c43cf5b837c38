import { describe, expect, it } from 'vitest'
import { assert } from '../src/assert.js'
import { HoldfastError, InvariantError, LimitError, ProtocolError, UsageError } from '../src/errors.js'

describe('every error', () => {
  it.each([
    ['InvariantError', new InvariantError('broken', { at: 1 }), 'invariant'],
    ['ProtocolError', new ProtocolError('bad-frame', 'broken', { at: 1 }), 'bad-frame'],
    ['UsageError', new UsageError('not-here', 'broken', { at: 1 }), 'not-here'],
    ['LimitError', new LimitError('too-many', 'broken', { at: 1 }), 'too-many'],
  ])('%s tells its name, code, message and facts', (name, error, code) => {
    expect(error).toBeInstanceOf(HoldfastError)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name, code, message: `broken [${code}]`, data: { at: 1 } })
    expect(String(error)).toBe(`${name}: broken [${code}]`)
    expect(error.stack).toContain('errors.test')
  })

  it('has empty facts when none are given', () => {
    expect(new InvariantError('broken').data).toEqual({})
  })

  it('loses its class and code in structured clone, but not as data', () => {
    const error = new LimitError('too-many', 'full', { limit: 3, ids: [1, 2], name: 'ä' })
    expect(structuredClone(error)).not.toHaveProperty('code')
    expect(structuredClone(error.toData())).toEqual({
      name: 'LimitError',
      code: 'too-many',
      message: 'full [too-many]',
      data: { limit: 3, ids: [1, 2], name: 'ä' },
    })
  })
})

describe('assert', () => {
  it('lets pass what holds', () => {
    expect(() => assert(true, 'fine')).not.toThrow()
  })

  it('throws our own fault, with the facts', () => {
    expect(() => assert(false, 'a row exists', { row: 4 })).toThrow(
      expect.objectContaining({ name: 'InvariantError', code: 'invariant', data: { row: 4 } }),
    )
  })
})
