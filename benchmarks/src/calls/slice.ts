/** What is asked of one system, and what it answers. */

export type SliceRequest =
  /** One call after another, for so many ms. */
  | { readonly kind: 'sequential'; readonly ms: number }
  /** So many calls at once, then the next so many, for so many ms. */
  | { readonly kind: 'in-flight'; readonly width: number; readonly ms: number }
  /** A chain of so many calls over a link with a delay, so many times. */
  | { readonly kind: 'chain'; readonly length: number; readonly times: number }

/** In µs. */
export interface Slice {
  /** The time of the slice through the number of calls, or of chains. */
  readonly each: number
  /** From a call to its answer. */
  readonly p50: number
  readonly p99: number
}

/** How long a message takes, each way, over the link of the chains, in ms. */
export const CHAIN_DELAY_MS = 20

export const CHAIN_LENGTHS = [1, 2, 3, 4, 5] as const

/** The name of what a chain of so many calls takes. */
export const chainMetric = (length: number): string => (length === 1 ? '1 call' : `${length} calls`)
