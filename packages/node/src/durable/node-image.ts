/**
 * All that a durable node is, as bytes: a header that every version can read, and behind it the state in V8's format for structured
 * clones, which later versions of V8 read too.
 *
 * The shape of the state has a version; one that has changed comes with a step that makes the old one new (`MIGRATIONS`). Entries can't be
 * migrated: another machine would make something else of them. So a version whose machines decide otherwise has another `ENTRIES_VERSION`,
 * and starts from what the one before has left when it stopped: an image and no entries.
 */
import { deserialize, serialize } from 'node:v8'
import type { CollectorImage } from '@holdfast/collector'
import { ByteReader, ByteWriter, type Incarnation, type NodeId } from '@holdfast/core'
import { StoreError } from '@holdfast/store'
import type { DurableHeapImage } from './durable-heap.js'
import { withGiftTokens } from './migrations/with-gift-tokens.js'
import { withReportParts } from './migrations/with-report-parts.js'
import { withSlotIndices } from './migrations/with-slot-indices.js'
import type { OpenCallsImage } from './open-calls.js'

/** Of the header, the shape of the state, and what entries mean. Raise it with a migration, or with the machines' decisions. */
const HEADER_VERSION = 1
export const STATE_VERSION = 4
export const ENTRIES_VERSION = 4

/** By the version that it starts from: makes a state one version newer. */
const MIGRATIONS: Readonly<Record<number, (state: unknown) => unknown>> = {
  1: withGiftTokens,
  2: withSlotIndices,
  3: withReportParts,
}

const MAX_HEADER_BYTES = 1 << 16

export interface NodeImageHeader {
  readonly node: NodeId
  readonly incarnation: Incarnation
  /** What gifts of this node's objects are proved with, in hexadecimal digits; of versions before there were such proofs, none. */
  readonly giftSecret?: string
  /** What the entries behind it depend on besides: see `settingsOf`. */
  readonly settings: string
  readonly stateVersion: number
  readonly entriesVersion: number
}

/** Null for a node that nothing has happened to yet. */
export type NodeImageState = {
  readonly collector: CollectorImage
  readonly heap: DurableHeapImage
  readonly openCalls: OpenCallsImage
} | null

export interface NodeImage {
  readonly header: NodeImageHeader
  readonly state: NodeImageState
}

/** O(state). */
export function encodeNodeImage({ header, state }: NodeImage): Uint8Array {
  const writer = new ByteWriter()
  writer.integer(HEADER_VERSION)
  writer.string(JSON.stringify(header))
  writer.raw(serialize(state))
  return writer.finish()
}

/** O(state). @throws StoreError `store-version`, `store-corrupt` */
export function decodeNodeImage(bytes: Uint8Array): NodeImage {
  const reader = new ByteReader(bytes)
  const version = reader.integer()
  if (version !== HEADER_VERSION) throw tooNew({ version, reads: HEADER_VERSION })
  try {
    const header = JSON.parse(reader.string(MAX_HEADER_BYTES)) as NodeImageHeader
    const state: unknown = deserialize(reader.raw(reader.remaining))
    return { header, state: migrated(state, header.stateVersion) }
  } catch (error) {
    if (error instanceof StoreError) throw error
    throw new StoreError(
      'store-corrupt',
      'the image of the node cannot be read: restore a copy of the store, or delete it',
      { cause: error },
    )
  }
}

function migrated(state: unknown, from: number): NodeImageState {
  if (from > STATE_VERSION) throw tooNew({ version: from, reads: STATE_VERSION })
  let newer = state
  for (let version = from; version < STATE_VERSION; version++) {
    const step = MIGRATIONS[version]
    if (step === undefined) throw new StoreError('store-version', 'a state this old cannot be read', { version })
    newer = step(newer)
  }
  return newer as NodeImageState
}

function tooNew(data: { readonly version: number; readonly reads: number }): StoreError {
  return new StoreError(
    'store-version',
    'a later version of Holdfast wrote this store: start that version, or delete the store',
    data,
  )
}
