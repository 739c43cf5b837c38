import { decodeValue } from '../../src/values/decode-value.js'
import { encodeValue } from '../../src/values/encode-value.js'

/** Instances travel by reference. */
export class Service {
  readonly name = 'service'
}

/** Encodes and decodes a value. */
export function passValue(value: unknown): unknown {
  const references: object[] = []
  const bytes = encodeValue(value, (object) => {
    if (!(object instanceof Service)) return null
    references.push(object)
    return { place: references.length - 1, kind: references.length % 256 }
  })
  return decodeValue(bytes, ({ place, kind }) => (kind === (place + 1) % 256 ? references[place] : 'wrong kind'))
}
