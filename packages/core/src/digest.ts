/**
 * What two tables compare to see whether they name the same ids: the sum, modulo 2^32, of each id mixed. It does not depend on
 * the order, and one id more or less changes it but for 1 in 2^32.
 * Mixing: the finalizer of MurmurHash3, 32-bit variant (Appleby 2011, `fmix32`), over both words.
 */
import type { Column } from './columns.js'

/** The digest of some ids, each a safe non-negative integer, as u32. O(n). */
export function digestOf(ids: Column): number {
  let sum = 0
  for (let index = 0; index < ids.length; index++) {
    const id = ids[index]
    sum = (sum + mixed(mixed(id | 0) ^ Math.floor(id / 0x100000000))) | 0
  }
  return sum >>> 0
}

function mixed(word: number): number {
  let mix = word + 0x9e3779b9
  mix = Math.imul(mix ^ (mix >>> 16), 0x85ebca6b)
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35)
  return mix ^ (mix >>> 16)
}
