/**
 * How images and entries lie in a LevelDB: `m` says which image is current, `i` + generation + place are its pieces, `r` + generation +
 * number the entries since. Rows of another generation are leftovers. Each value begins with the CRC-32 of its key and of what follows it:
 * LevelDB checks its log by itself, but not the tables that the log becomes.
 */
import { crc32 } from 'node:zlib'
import { ByteReader, ByteWriter } from '@holdfast/core'
import { StoreError } from '../store-error.js'

/** Of these rows, not of what is in them. */
const LAYOUT_VERSION = 1

/** An image is cut into pieces of so many bytes. */
export const PIECE_BYTES = 1 << 20

const CRC_BYTES = 4

export type RowKind = 'i' | 'r'

/** Which image is current. */
export interface Head {
  readonly generation: number
  /** How many pieces it has; 0 before the first. */
  readonly pieces: number
}

export const HEAD_KEY = Uint8Array.of(0x6d)

/** The key of a piece or an entry; keys ascend with `generation`, then with `place`. */
export function rowKey(kind: RowKind, generation: number, place: number): Uint8Array {
  const key = new Uint8Array(17)
  key[0] = kind.charCodeAt(0)
  const view = new DataView(key.buffer)
  view.setBigUint64(1, BigInt(generation))
  view.setBigUint64(9, BigInt(place))
  return key
}

export function placeOf(key: Uint8Array): number {
  return Number(new DataView(key.buffer, key.byteOffset, key.length).getBigUint64(9))
}

export function seal(key: Uint8Array, value: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(CRC_BYTES + value.length)
  new DataView(sealed.buffer).setUint32(0, crc32(value, crc32(key)))
  sealed.set(value, CRC_BYTES)
  return sealed
}

/** @throws StoreError `store-corrupt` */
export function unseal(key: Uint8Array, sealed: Uint8Array): Uint8Array {
  const value = sealed.subarray(CRC_BYTES)
  const isWhole = sealed.length >= CRC_BYTES
  if (isWhole && new DataView(sealed.buffer, sealed.byteOffset).getUint32(0) === crc32(value, crc32(key))) return value
  throw new StoreError('store-corrupt', 'a row of the store is damaged: restore a copy of it, or delete it', {
    row: Buffer.from(key).toString('hex'),
  })
}

export function encodeHead({ generation, pieces }: Head): Uint8Array {
  const writer = new ByteWriter()
  writer.integer(LAYOUT_VERSION)
  writer.integer(generation)
  writer.integer(pieces)
  return writer.finish()
}

/** @throws StoreError `store-version` */
export function decodeHead(bytes: Uint8Array): Head {
  const reader = new ByteReader(bytes)
  const version = reader.integer()
  if (version !== LAYOUT_VERSION) {
    throw new StoreError('store-version', `the store has layout ${version}, this version reads ${LAYOUT_VERSION}`, {
      version,
      reads: LAYOUT_VERSION,
    })
  }
  return { generation: reader.integer(), pieces: reader.integer() }
}
