/** Arguments and results as bytes. What they look like: `value-format.ts`. */
import { ByteWriter } from '@holdfast/core'
import { writePlain } from './plain-writer.js'
import { Marks, type Refer } from './reference-mark.js'
import { writeStructure } from './structure-writer.js'

/**
 * Encodes a value: what `refer` takes by reference, all else by copy, as structured clone does it (cycles and shared
 * parts stay what they are), except that instances of classes are refused rather than stripped of their class. O(its
 * size).
 *
 * @param refer asked once for each object and function; what it throws is passed on
 * @param name what the value is called in errors
 * @throws UsageError `not-clonable`; message and `data.path` say where, as in `arguments[1].user.socket`
 */
export function encodeValue(value: unknown, refer: Refer, name = 'arguments'): Uint8Array {
  const marks = new Marks(refer)
  const writer = new ByteWriter()
  try {
    if (writePlain(writer, value, marks)) return writer.finish()
  } catch (error) {
    if (marks.failure !== null) throw error
    // A getter or a proxy has thrown: it will do so again, and then it is known where.
  }
  return writeStructure(value, marks, name)
}
