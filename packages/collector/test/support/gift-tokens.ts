/** What a node of a test proves gifts with: HMAC, under a secret that is the same in every run. */
import { createHmac } from 'node:crypto'
import type { GiftTokenOptions } from '../../src/index.js'

export const giftTokensOf = (name: string): GiftTokenOptions => ({
  secret: new TextEncoder().encode(`the secret of ${name}`),
  mac: (key, data) => createHmac('sha256', key).update(data).digest(),
})
