/**
 * Tokens that prove gifts to the owner of what was given. Each holder has a key that the owner derives from a secret of its own, and makes
 * the token of a gift with it. Who gives on what it was given, before the owner knows of that, makes the token with the one that it
 * was given: it can add to the row and take nothing away from it. The owner makes them all anew, and compares.
 *
 * Source: chained caveats of macaroons (Birgisson et al., NDSS 2014), over HMAC (RFC 2104), which the driver brings along.
 */
import {
  ByteWriter,
  type ExportId,
  GIFT_KEY_BYTES,
  type GiftId,
  type GiftLink,
  type NodeAddress,
  TOKEN_BYTES,
  writeAddress,
} from '@holdfast/core'

export interface GiftTokenOptions {
  /** Of this lifetime of the node alone, at least 16 bytes that nobody can guess. One that goes on after a restart must keep it. */
  readonly secret: Uint8Array
  /** A keyed hash of at least 32 bytes that nobody can make or foretell without the key, as HMAC-SHA-256. */
  readonly mac: (key: Uint8Array, data: Uint8Array) => Uint8Array
}

/** The gifts of a row, and who claims it. */
export interface GiftRow {
  readonly id: ExportId
  /** The first that was made in front. */
  readonly links: readonly GiftLink[]
  readonly receiver: NodeAddress
}

const NO_TOKEN = new Uint8Array(0)

export class GiftTokens {
  readonly #self: NodeAddress
  readonly #options: GiftTokenOptions | undefined

  constructor(self: NodeAddress, options: GiftTokenOptions | undefined) {
    this.#self = self
    this.#options = options
  }

  /** Whether gifts of this node's objects have to be proved. */
  get areAsked(): boolean {
    return this.#options !== undefined
  }

  /**
   * What a holder of this node's objects proves its gifts with; none where nothing is to be proved.
   * @param number tells its keys apart, if it was forgotten meanwhile
   */
  keyOf(holder: NodeAddress, number: number): Uint8Array {
    if (this.#options === undefined) return NO_TOKEN
    const writer = new ByteWriter()
    writeAddress(writer, this.#self)
    writeAddress(writer, holder)
    writer.integer(number)
    return this.#options.mac(this.#options.secret, writer.view()).slice(0, GIFT_KEY_BYTES)
  }

  /** The token of a gift, made with the key of its owner. */
  first(key: Uint8Array, { id, gift, receiver }: { id: ExportId; gift: GiftId; receiver: NodeAddress }): Uint8Array {
    const writer = new ByteWriter()
    writer.integer(id)
    return this.#token(key, writer, { gift, receiver })
  }

  /** The token of a gift that is made upon another, with the token of that one. */
  next(token: Uint8Array, given: { gift: GiftId; receiver: NodeAddress }): Uint8Array {
    return this.#token(token, new ByteWriter(), given)
  }

  /** The token of the last gift of a row that begins with a gift by whoever has this key. */
  ofRow(key: Uint8Array, { id, links, receiver }: GiftRow): Uint8Array {
    let token = key
    for (let place = 0; place < links.length; place++) {
      const given = { gift: links[place].gift, receiver: links[place + 1]?.gifter ?? receiver }
      token = place === 0 ? this.first(token, { id, ...given }) : this.next(token, given)
    }
    return token
  }

  #token(key: Uint8Array, writer: ByteWriter, { gift, receiver }: { gift: GiftId; receiver: NodeAddress }): Uint8Array {
    // A node without tokens of its own holds what needs none, or gives what will be refused.
    if (this.#options === undefined || key.length === 0) return NO_TOKEN
    writer.integer(gift)
    writeAddress(writer, receiver)
    return this.#options.mac(key, writer.view()).slice(0, TOKEN_BYTES)
  }
}

/** Whether two tokens are equal, in a time that does not tell how much of them is. */
export function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false
  let difference = 0
  for (let place = 0; place < one.length; place++) difference |= one[place] ^ other[place]
  return difference === 0
}
