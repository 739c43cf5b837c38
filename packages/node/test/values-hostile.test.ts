import { ByteWriter, ProtocolError } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeValue } from '../src/values/decode-value.js'
import { encodeValue } from '../src/values/encode-value.js'
import { malformedValue, TAG } from '../src/values/value-format.js'
import { structuredValues } from './support/structured-values.js'

const target = (): void => {}

function resolve({ place, kind }: { place: number; kind: number }): unknown {
  if (place > 2 || kind > 1) throw malformedValue('a reference out of range')
  return target
}

/** 'sound' for bytes that are a value, otherwise the error they are refused with. */
function verdictOn(bytes: Uint8Array): unknown {
  try {
    decodeValue(bytes, resolve)
    return 'sound'
  } catch (error) {
    return error
  }
}

function isSoundOrMalformed(bytes: Uint8Array): boolean {
  const verdict = verdictOn(bytes)
  return verdict === 'sound' || (verdict instanceof ProtocolError && verdict.code === 'malformed-value')
}

/** A structure with any text and attachments. */
function structure(text: string, attachments: readonly Uint8Array[] = []): Uint8Array {
  const writer = new ByteWriter()
  writer.byte(TAG.structure)
  writer.integer(attachments.length)
  for (const bytes of attachments) writer.bytes(bytes)
  writer.string(text)
  return writer.finish()
}

/** Numbers that could be indices of others, names that mean something, and junk. */
const junk: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  item: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.integer({ min: -10, max: 12 }),
    fc.constantFrom('R', 'E', 'ArrayBuffer', 'BigInt', 'Map', 'Set', 'Date', 'RegExp', 'Object', 'null', 'TypeError'),
    fc.constantFrom('Uint8Array', 'Float64Array', 'DataView', 'URL', 'Temporal.Instant', '__proto__', 'constructor'),
    fc.constantFrom(1.5, 2 ** 32, 1e300, '', 'ff', null, true, 'x'.repeat(50)),
    fc.array(tie('item'), { maxLength: 5 }),
    fc.dictionary(fc.constantFrom('__proto__', 'constructor', 'name', 'message', 'stack', 'cause', 'a'), tie('item')),
  ),
})).item

describe('bytes that nobody honest sends', () => {
  it('are refused as malformed, or are some value: random ones', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => isSoundOrMalformed(bytes)),
      { numRuns: 5000 },
    )
  })

  it('are refused as malformed, or are some value: changed, cut and extended ones', () => {
    const change = fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'cut', 'insert'))
    fc.assert(
      fc.property(structuredValues, fc.array(change, { minLength: 1, maxLength: 3 }), (value, changes) => {
        let bytes = Array.from(
          encodeValue([value, target], (object) => (object === target ? { place: 1, kind: 1 } : null)),
        )
        for (const [where, byte, kind] of changes) {
          const at = where % (bytes.length + 1)
          bytes = kind === 'cut' ? bytes.slice(0, at) : bytes.toSpliced(at, kind === 'set' ? 1 : 0, byte)
        }
        return isSoundOrMalformed(Uint8Array.from(bytes))
      }),
      { numRuns: 3000 },
    )
  })

  it('are refused as malformed, or are some value: structures of junk', () => {
    fc.assert(
      fc.property(
        fc.array(junk, { maxLength: 12 }),
        fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 2 }),
        (flat, attached) => isSoundOrMalformed(structure(JSON.stringify([[1, 2], ...flat]), attached)),
      ),
      { numRuns: 10_000 },
    )
    expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(12)
    expect(({} as Record<string, unknown>)['a']).toBeUndefined()
  })

  it.each([
    ['nothing', new Uint8Array(0)],
    ['an unknown tag', new Uint8Array([200])],
    ['more than a value', new Uint8Array([TAG.null, 0])],
    ['a list that claims 2^50 items', new Uint8Array([TAG.list, 255, 255, 255, 255, 255, 255, 255, 3])],
    ['an object that claims 2^50 properties', new Uint8Array([TAG.object, 255, 255, 255, 255, 255, 255, 255, 3])],
    ['an object with a key that is no text', new Uint8Array([TAG.object, 1, TAG.natural, 1, TAG.null])],
    [
      'a plain object with __proto__',
      new Uint8Array([TAG.object, 1, TAG.ascii, 9, ...Buffer.from('__proto__'), TAG.list, 0]),
    ],
    ['short text that is long', new Uint8Array([TAG.ascii, 49, ...Buffer.alloc(49, 65)])],
    ['text that claims more than there is', new Uint8Array([TAG.ascii, 200, 1, 65])],
    ['a character above 7 bits', new Uint8Array([TAG.ascii, 1, 200])],
    ['text that is not UTF-8', new Uint8Array([TAG.text, 1, 0xff])],
    ['a reference out of range', new Uint8Array([TAG.reference, 0, 7])],
    ['2^50 attachments', new Uint8Array([TAG.structure, 255, 255, 255, 255, 255, 255, 255, 3])],
    ['no text', new Uint8Array([TAG.structure, 0])],
    ['text that is no JSON', structure('[')],
    ['a number for a structure', structure('-1')],
    ['no structure', structure('{}')],
    ['no pair', structure('[[1],2]')],
    ['no set of errors', structure('[[1,1],2]')],
    ['a reference out of range in a structure', structure('[[1,3],["R",2],1000000,["Set"]]')],
    ['a reference that is no number', structure('[[1,3],["R",2],"1",["Set"]]')],
    ['a reference without a number', structure('[[1,3],["R"],1,["Set"]]')],
    [
      'an attachment that is used twice',
      structure('[[1,4],[2,3],["ArrayBuffer",5],["ArrayBuffer",5],["Set"],1]', [new Uint8Array(1)]),
    ],
    ['an attachment that is not used', structure('[[1,2],3,["Set"],1]', [new Uint8Array(1)])],
    ['an attachment that is not there', structure('[[1,3],["ArrayBuffer",2],1,["Set"]]')],
    ['bytes as base64', structure('[[1,2],["ArrayBuffer","AAAA"],["Set"]]')],
    [
      'a view beyond its buffer',
      structure('[[1,4],["Uint8Array",2,0,99],["ArrayBuffer",3],1,["Set"]]', [new Uint8Array(1)]),
    ],
    ['a view of no buffer', structure('[[1,3],["Uint8Array",2],1000000000,["Set"]]')],
    ['a type that only others have', structure('[[1,2],["Temporal.Instant","2020-01-01T00:00Z"],["Set"]]')],
    ['an unknown type', structure('[[1,2],["Nope",1],["Set"]]')],
    ['4 billion holes', structure('[[1,2],[-7,4294967295],["Set"]]')],
    ['a property named __proto__', structure('[[1,2],{"__proto__":1},["Set"]]')],
    ['the same without a prototype', structure('[[1,2],["null","__proto__",1],["Set"]]')],
    ['a date that is no text', structure('[[1,2],["Date",5],["Set"]]')],
    ['a pattern that is none', structure('[[1,2],["RegExp","("],["Set"]]')],
    ['a pattern that is no text', structure('[[1,2],["RegExp",{}],["Set"]]')],
    ['digits that are none', structure('[[1,3],["BigInt",2],"0x1",["Set"]]')],
    ['decimal digits by another way', structure('[[1,2],["BigInt",12],["Set"]]')],
    ['an error of an unlisted class', structure('[[1,3],["E",2],"Function",["Set"]]')],
    ['an error of an inherited name', structure('[[1,3],["E",2],"constructor",["Set"]]')],
    [
      'an error with a message that is no text',
      structure('[[1,3],["E",2],"Error",["Set",4],[1,5],{"name":6,"message":7,"stack":6},"E",1]'),
    ],
    ['an error without properties', structure('[[1,3],["E",2],"Error",["Set"]]')],
    ['properties of no error', structure('[[1,2],"x",["Set",3],[1,4],{}]')],
    ['a type that contains itself', structure('[[1,2],["E",1],["Set"]]')],
    ['a million brackets', structure('['.repeat(1_000_000))],
  ])('are refused: %s', (_, bytes) => {
    expect(verdictOn(bytes)).toMatchObject({ name: 'ProtocolError', code: 'malformed-value' })
  })

  it('are refused when plain lists nest deeper than they are written', () => {
    const nested = (depth: number): Uint8Array =>
      Uint8Array.from([...Array.from({ length: depth }, () => [TAG.list, 1]).flat(), TAG.null])
    expect(verdictOn(nested(32))).toBe('sound')
    expect(verdictOn(nested(33))).toMatchObject({ name: 'ProtocolError', code: 'malformed-value' })
  })

  it.each([
    ['objects', (next: number) => `{"a":${next}}`],
    ['arrays', (next: number) => `[${next}]`],
    ['sets', (next: number) => `["Set",${next}]`],
    ['maps', (next: number) => `["Map",-3,${next}]`],
  ])('are refused when %s nest so deep that the stack ends', (_, wrap) => {
    const nested = (depth: number): Uint8Array =>
      structure(
        `[[1,${depth + 2}],${Array.from({ length: depth }, (_none, level) => wrap(level + 2)).join(',')},1,["Set"]]`,
      )
    expect(verdictOn(nested(1000))).toBe('sound')
    expect(verdictOn(nested(10_000))).toMatchObject({ name: 'ProtocolError', code: 'malformed-value' })
  })
})

describe('a reference to an error of ours', () => {
  it('is never written to', () => {
    const ours = new Error('ours')
    const text = '[[1,3],["R",2],1,["Set",4],[1,5],{"name":6,"message":6,"stack":6},"evil"]'
    expect(() => decodeValue(structure(text), () => ours)).toThrow(expect.objectContaining({ code: 'malformed-value' }))
    expect(ours.message).toBe('ours')
  })
})

describe('what resolve throws', () => {
  it.each([[[target]], [target], [{ target }]])('%#: is passed on', (value) => {
    const thrown = new TypeError('a bug of ours')
    const bytes = encodeValue(value, (object) => (object === target ? { place: 0, kind: 0 } : null))
    expect(() =>
      decodeValue(bytes, () => {
        throw thrown
      }),
    ).toThrow(thrown)
  })
})
