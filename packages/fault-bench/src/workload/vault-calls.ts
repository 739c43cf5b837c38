/** What members and the durable node say to each other. */
import type { SpanData } from './spans.js'
import type { Lifetime } from './tag.js'

export const VAULT = 'vault'

/** `number` names an increment, or a deposit: of each lifetime of each clerk 1, 2, 3 ... */
export type VaultRequest =
  | { readonly type: 'add'; readonly from: Lifetime; readonly number: number }
  /** With the object that is to be kept; the answer carries the object that keeps it. */
  | { readonly type: 'put'; readonly from: Lifetime; readonly number: number }
  | { readonly type: 'forget'; readonly from: Lifetime; readonly number: number }
  /** Which deposits of this lifetime there are. */
  | { readonly type: 'list'; readonly from: Lifetime }
  /** To the object of a deposit: what it is. */
  | { readonly type: 'tell' }

/** Of a deposit, and of the increments of one lifetime. */
export interface Deposit {
  readonly from: Lifetime
  readonly number: number
}

export interface LedgerBody {
  readonly added: SpanData
  /** Those that came twice, or after a later one. */
  readonly odd: readonly number[]
}

export const toBytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
export const fromBytes = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes))
