/** Makes new inputs from old ones. */
import type { Random } from '@holdfast/core'

/** Numbers at which lengths, counts and integers of the formats change their size or their meaning. */
const EDGES = [0, 1, 2, 3, 0x0f, 0x10, 0x3f, 0x40, 0x7f, 0x80, 0x81, 0xbf, 0xc0, 0xfe, 0xff]
/** The greatest safe integer, and numbers just beyond what a reader may take, as LEB128. */
const GREAT = [
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10],
  [0x80, 0x00],
]
const MAX_BYTES = 4096
const MAX_CHANGES = 6

/** One input, changed in one to six places; now and then the end of another is put behind it. O(bytes). */
export function mutate(input: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  const bytes = Array.from(input)
  for (let left = 1 + random.below(MAX_CHANGES); left > 0; left--) change(bytes, others, random)
  return Uint8Array.from(bytes.slice(0, MAX_BYTES))
}

function change(bytes: number[], others: readonly Uint8Array[], random: Random): void {
  const at = random.below(bytes.length + 1)
  switch (random.below(9)) {
    case 0:
      if (at < bytes.length) bytes[at] ^= 1 << random.below(8)
      break
    case 1:
      if (at < bytes.length) bytes[at] = random.pick(EDGES)
      break
    case 2:
      if (at < bytes.length) bytes[at] = (bytes[at] + random.pick([1, 255, 2, 16])) & 0xff
      break
    case 3:
      bytes.splice(at, 0, random.pick(EDGES))
      break
    case 4:
      bytes.splice(at, 1 + random.below(4))
      break
    case 5:
      bytes.splice(at, 0, ...bytes.slice(at, at + 1 + random.below(16)))
      break
    case 6:
      bytes.splice(at, random.below(3), ...random.pick(GREAT))
      break
    case 7: {
      const other = random.pick(others)
      const from = random.below(other.length + 1)
      bytes.splice(at, bytes.length, ...other.subarray(from))
      break
    }
    default:
      if (at < bytes.length) bytes[at] = random.below(256)
  }
}
