import { ByteWriter } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PathMemo } from '../../src/face/path-memo.js'
import { beginRequest, CALL, decodeRequest } from '../../src/face/request.js'

function request(path: readonly string[]): Uint8Array {
  const writer = new ByteWriter()
  beginRequest(writer, CALL, { answer: 0, path })
  writer.raw(Uint8Array.of(1, 2, 3))
  return writer.finish()
}

describe('paths by their bytes', () => {
  it('are what they are without, whatever was named before', () => {
    const step = fc.string({ unit: 'grapheme', maxLength: 5 })
    const memo = new PathMemo()
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4 }), (path) => {
        const payload = request(path)
        for (let time = 0; time < 2; time++) {
          expect(decodeRequest(payload, memo)).toEqual({
            operation: CALL,
            answer: 0,
            path,
            valueAt: payload.length - 3,
          })
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('are the same list when they are named again', () => {
    const memo = new PathMemo()
    const { path } = decodeRequest(request(['lobby', 'rename']), memo)
    expect(decodeRequest(request(['lobby', 'rename']), memo).path).toBe(path)
  })

  it('are not remembered when they are long', () => {
    const memo = new PathMemo()
    const long = request(['a'.repeat(100)])
    expect(decodeRequest(long, memo).path).not.toBe(decodeRequest(long, memo).path)
  })

  it('that are cut short are refused, known or not', () => {
    const memo = new PathMemo()
    const payload = request(['rename'])
    decodeRequest(payload, memo)
    for (let length = 0; length < payload.length - 3; length++)
      expect(() => decodeRequest(payload.slice(0, length), memo)).toThrow(
        expect.objectContaining({ code: 'malformed' }),
      )
  })
})
