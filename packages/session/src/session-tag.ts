/**
 * The u32 by which frames name their session: mixed from both ends and the number, so that a frame of another session, of an
 * earlier incarnation, of another pair of nodes, or of the opposite direction does not match (but for 1 in 2^32).
 * Mixing: MurmurHash3, the 32-bit variant (Appleby 2011, `MurmurHash3_x86_32`), over names and numbers as words.
 */
import type { NodeId } from '@holdfast/core'

/** One direction of a session. */
export interface Direction {
  readonly from: NodeId
  readonly to: NodeId
  readonly fromIncarnation: number
  /** 0 while it is unknown: the tag of a first hello. */
  readonly toIncarnation: number
  readonly number: number
}

/** The tag of one direction of a session, as u32. O(length of the names). */
export function sessionTag(direction: Direction): number {
  let hash = 0
  for (const name of [direction.from, direction.to]) {
    for (let at = 0; at < name.length; at++) hash = mix(hash, name.charCodeAt(at))
    hash = mix(hash, name.length)
  }
  for (const number of [direction.fromIncarnation, direction.toIncarnation, direction.number]) {
    hash = mix(mix(hash, number | 0), Math.floor(number / 4294967296))
  }
  return finish(hash)
}

function mix(hash: number, word: number): number {
  const scrambled = Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593)
  return (Math.imul(rotate(hash ^ scrambled, 13), 5) + 0xe6546b64) | 0
}

function finish(hash: number): number {
  let mixed = hash
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by))
