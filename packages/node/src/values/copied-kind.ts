/**
 * What may be copied. Stricter than structured clone, which strips instances of their class without a word: here they
 * are refused, subclasses of Map and the like included. Errors are the exception, since all but a few are of
 * subclasses.
 */
import { classNameOf, isError, tagOf } from './error-class.js'

const COPIED = new Set(
  'Array ArrayBuffer BigInt Boolean Date Map Number RegExp Set String URL URLSearchParams'.split(' '),
)
/** Views that every peer knows: not those that later editions of the language have. Node's Buffer is one of them. */
const VIEW = /^(?:DataView|(?:Int|Uint)(?:8|16|32)Array|Uint8ClampedArray|Float(?:32|64)Array|Big(?:Int|Uint)64Array)$/

/** The name under which `devalue` copies an object: 'Object' for a plain one; '' when it must not be copied. */
export function copiedKind(object: object): string {
  if (typeof object === 'function') return ''
  if (isPlain(object)) return 'Object'
  const tag = tagOf(object)
  if (ArrayBuffer.isView(object)) return VIEW.test(tag) ? tag : ''
  if (COPIED.has(tag) && classNameOf(object) === tag) return tag
  return isError(object) ? 'Error' : ''
}

/** Also of another realm: its `Object.prototype` is another object with the same things in it. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object)
  return prototype === null || prototype === Object.prototype || Object.hasOwn(prototype as object, 'isPrototypeOf')
}
