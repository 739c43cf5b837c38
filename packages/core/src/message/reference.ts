/**
 * A reference inside an application message. What it means depends on whose object it is: the sender's own (*grant*), the
 * receiver's (*home*), or a third node's (*gift*).
 */
import { type ByteReader, type ByteWriter, malformed } from '../bytes.js'
import {
  type ExportId,
  exportId,
  type GiftId,
  giftId,
  type Incarnation,
  incarnation,
  type NodeId,
  nodeId,
} from '../ids.js'

/** One lifetime of a node, named in full. */
export interface NodeAddress {
  readonly node: NodeId
  readonly incarnation: Incarnation
}

/** One gift of a row: who made it, and what that node calls it. */
export interface GiftLink {
  readonly gifter: NodeAddress
  readonly gift: GiftId
}

export type WireReference =
  | { readonly kind: 'grant'; readonly id: ExportId }
  | { readonly kind: 'home'; readonly id: ExportId }
  | {
      readonly kind: 'gift'
      readonly id: ExportId
      readonly owner: NodeAddress
      readonly gift: GiftId
      /** How many gifts in a row lie unacknowledged behind this one; 0 for the first. */
      readonly depth: number
      /** The gifts that it was made upon and that its gifter can't vouch for itself, the first of all in front; none as a rule. */
      readonly via: readonly GiftLink[]
      /** What shows the owner that all of them were made: `TOKEN_BYTES`, or none of a node that makes no tokens. */
      readonly token: Uint8Array
    }

/** How long the token of a gift is. */
export const TOKEN_BYTES = 16

const KINDS = ['grant', 'home', 'gift'] as const
const MAX_NODE_ID_BYTES = 256
/** The greatest difference of two ids that shares its integer with a sign and a kind. */
const MAX_DISTANCE = 2 ** 50
/** Distance 0 with a minus sign, which no difference has: the id itself follows. */
const MINUS_ZERO = 1
const NO_REFERENCES: readonly WireReference[] = []
const NO_LINKS: readonly GiftLink[] = []
const NO_TOKEN = new Uint8Array(0)
/** A name of one character behind its length, an incarnation and a number. */
const MIN_LINK_BYTES = 4

/** Writes a node's lifetime. */
export function writeAddress(writer: ByteWriter, address: NodeAddress): void {
  writer.string(address.node)
  writer.integer(address.incarnation)
}

/** Reads a node's lifetime. @throws ProtocolError */
export function readAddress(reader: ByteReader): NodeAddress {
  return { node: nodeId(reader.string(MAX_NODE_ID_BYTES)), incarnation: incarnation(reader.integer()) }
}

/** A node's lifetime as the key of a map. */
export const addressKey = ({ node, incarnation: of }: NodeAddress): string => `${of}:${node}`

/** Lists each address once and tells the place of each of `all` in that list. O(n). */
export function distinctAddresses(all: readonly NodeAddress[]): { list: NodeAddress[]; places: number[] } {
  const places = new Map<string, number>()
  const list: NodeAddress[] = []
  const placeOf = (address: NodeAddress): number => {
    const key = addressKey(address)
    const known = places.get(key)
    if (known !== undefined) return known
    places.set(key, list.length)
    list.push(address)
    return list.length - 1
  }
  return { places: all.map(placeOf), list }
}

/** Writes references in order: the owners of gifts once each, then 2 to 4 bytes a reference, and 17 for the proof of a gift. O(n). */
export function writeReferences(writer: ByteWriter, references: readonly WireReference[]): void {
  if (references.length === 0) {
    writer.byte(0)
    writer.byte(0)
    return
  }
  const gifts = references.filter((reference) => reference.kind === 'gift')
  const owners = distinctAddresses(gifts.map((gift) => gift.owner))
  writer.integer(references.length)
  writer.integer(owners.list.length)
  for (const owner of owners.list) writeAddress(writer, owner)
  let previous = 0
  let gift = 0
  for (const reference of references) {
    writeId(writer, { kind: KINDS.indexOf(reference.kind), id: reference.id, delta: reference.id - previous })
    previous = reference.id
    if (reference.kind !== 'gift') continue
    writer.integer(owners.places[gift++])
    writer.integer(reference.gift)
    writer.integer(reference.depth)
    writeGiftProof(writer, reference)
  }
}

/** What proves a gift. */
interface GiftProof {
  readonly via: readonly GiftLink[]
  readonly token: Uint8Array
}

/** One integer for the gifts before and whether there is a token, and then both. */
export function writeGiftProof(writer: ByteWriter, { via, token }: GiftProof): void {
  writer.integer(via.length * 2 + (token.length > 0 ? 1 : 0))
  for (const { gifter, gift } of via) {
    writeAddress(writer, gifter)
    writer.integer(gift)
  }
  writer.raw(token)
}

/** The token is a copy, since it is kept for longer than the message. @throws ProtocolError */
export function readGiftProof(reader: ByteReader): GiftProof {
  const head = reader.integer()
  const count = Math.floor(head / 2)
  if (count * MIN_LINK_BYTES > reader.remaining) throw malformed('more gifts than follow', { count })
  const via: GiftLink[] = []
  for (let left = count; left > 0; left--) {
    via.push({ gifter: readAddress(reader), gift: giftId(reader.integer()) })
  }
  return { via: count === 0 ? NO_LINKS : via, token: head % 2 === 0 ? NO_TOKEN : reader.raw(TOKEN_BYTES).slice() }
}

/** Ids of one message lie close together: their difference, its sign and the kind share one integer, if it holds them. */
function writeId(writer: ByteWriter, { kind, id, delta }: { kind: number; id: ExportId; delta: number }): void {
  const distance = Math.abs(delta)
  if (distance <= MAX_DISTANCE) {
    writer.integer((distance * 2 + (delta < 0 ? 1 : 0)) * KINDS.length + kind)
    return
  }
  writer.integer(MINUS_ZERO * KINDS.length + kind)
  writer.integer(id)
}

/** Reads references. O(n). @throws ProtocolError */
export function readReferences(reader: ByteReader): readonly WireReference[] {
  const count = reader.count()
  const ownerCount = reader.count(2)
  if (count === 0 && ownerCount === 0) return NO_REFERENCES
  const owners: NodeAddress[] = []
  for (let left = ownerCount; left > 0; left--) owners.push(readAddress(reader))
  const references: WireReference[] = []
  let previous = 0
  for (let index = 0; index < count; index++) {
    const head = reader.integer()
    const kind = KINDS[head % KINDS.length]
    const signed = Math.floor(head / KINDS.length)
    const distance = Math.floor(signed / 2)
    const near = previous + (signed % 2 === 1 ? -distance : distance)
    const id = exportId(signed === MINUS_ZERO ? reader.integer() : near)
    previous = id
    if (kind !== 'gift') {
      references.push({ kind, id })
      continue
    }
    const owner = owners[reader.integer()]
    if (owner === undefined) throw malformed('a gift of an owner that is not in the message')
    const gift = giftId(reader.integer())
    const depth = reader.integer()
    references.push({ kind, id, owner, gift, depth, ...readGiftProof(reader) })
  }
  return references
}
