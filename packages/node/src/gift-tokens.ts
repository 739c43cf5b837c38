/** What a real node proves gifts of its objects with: HMAC-SHA-256 under a secret of its own. */
import type { GiftTokenOptions } from '@holdfast/collector'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'

const SECRET_BYTES = 32

/** @param secret of a node that goes on; a new one, that nobody can guess, when left out */
export function giftTokens(secret: Uint8Array = newSecret()): GiftTokenOptions {
  return { secret, mac: (key, data) => hmac(sha256, key, data) }
}

function newSecret(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(SECRET_BYTES))
}
