/** What simulated nodes prove gifts with: the same HMAC as real ones. */
import { createHmac } from 'node:crypto'

export const mac = (key: Uint8Array, data: Uint8Array): Uint8Array => createHmac('sha256', key).update(data).digest()
