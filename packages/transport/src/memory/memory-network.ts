/**
 * Connections within one process, for tests and simulations: any number of them over one clock, with faults drawn from
 * one seed. Two networks with the same seed and the same calls do the same, frame by frame.
 */
import { Random } from '@holdfast/core'
import type { Clock } from '../clock.js'
import { DEFAULT_MAX_FRAME_BYTES } from '../link.js'
import type { Counters, Medium } from './channel.js'
import { areHarmless, completeFaults, type Faults } from './faults.js'
import { MemoryLink } from './memory-link.js'

export interface MemoryNetworkOptions {
  /** Every arrival is an event of this clock. */
  readonly clock: Clock
  /** Where the faults come from. Default: 1. */
  readonly seed?: number
  /** Of every connection that names none of its own. Default: none. */
  readonly faults?: Faults
  /** Default: 16 MiB. */
  readonly maxFrameBytes?: number
  /** The most bytes an end keeps before `start`, each frame counting 64 more. Default: 64 MiB. */
  readonly maxBacklogBytes?: number
}

export class MemoryNetwork {
  readonly #medium: Medium
  readonly #options: MemoryNetworkOptions

  /** @throws UsageError `faults` for probabilities or delays out of range */
  constructor(options: MemoryNetworkOptions) {
    completeFaults(options.faults ?? {})
    this.#options = options
    this.#medium = {
      clock: options.clock,
      random: new Random(spread(options.seed ?? 1)),
      counters: { frames: 0, bytes: 0, delivered: 0, lost: 0, duplicated: 0 },
    }
  }

  /** What went over all connections so far; a live view. */
  get counters(): Readonly<Counters> {
    return this.#medium.counters
  }

  /**
   * Both ends of a new connection. It is reliable exactly if its faults are harmless: no loss, no duplication, no reordering.
   * @throws UsageError `faults` for probabilities or delays out of range
   */
  connect(faults: Faults = this.#options.faults ?? {}): [MemoryLink, MemoryLink] {
    const complete = completeFaults(faults)
    return MemoryLink.pair({
      medium: this.#medium,
      faults: complete,
      reliable: areHarmless(complete),
      maxFrameBytes: this.#options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES,
      maxBacklogBytes: this.#options.maxBacklogBytes,
    })
  }
}

/**
 * Spreads small seeds over all 32 bits (multiplication by 2^32 / φ): xorshift's first number is small whenever its seed
 * is, and every network seeded with 1 to 2000 would lose its first frame.
 */
function spread(seed: number): number {
  return Math.imul(seed, 0x9e3779b1)
}
