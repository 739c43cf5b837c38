/** Arguments and results from bytes: the border where nothing is trusted. */
import { ByteReader } from '@holdfast/core'
import { readPlain } from './plain-reader.js'
import type { Resolve } from './reference-mark.js'
import { readStructure } from './structure-reader.js'
import { malformedValue, TAG } from './value-format.js'

/**
 * Decodes what `encodeValue` wrote. O(size of the bytes); nothing of the result is a view of them.
 *
 * @param from where the value begins; it goes to the end
 * @param resolve gives what stands for a reference; what it throws is passed on
 * @throws ProtocolError `malformed-value`, whatever is wrong with the bytes
 */
export function decodeValue(bytes: Uint8Array, resolve: Resolve, from = 0): unknown {
  let failure: { readonly error: unknown } | null = null
  const guarded: Resolve = (mark) => {
    try {
      return resolve(mark)
    } catch (error) {
      failure = { error }
      throw error
    }
  }
  try {
    const reader = new ByteReader(bytes, from)
    const value = readValue(reader, guarded)
    reader.end()
    return value
  } catch (error) {
    if (failure !== null) throw (failure as { error: unknown }).error
    throw malformedValue(error instanceof Error ? error.message : String(error))
  }
}

function readValue(reader: ByteReader, resolve: Resolve): unknown {
  const tag = reader.byte()
  return tag === TAG.structure ? readStructure(reader, resolve) : readPlain(tag, reader, resolve)
}
