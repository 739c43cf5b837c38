/**
 * The loop: mutate what reached new code before, keep what reaches more. Source: Zalewski, american fuzzy lop, technical whitepaper
 * (2016), sections 1 to 4; here coverage is V8's, and looked at in batches since a look is dear.
 */
import { Random } from '@holdfast/core'
import { Coverage } from './coverage.js'
import { mutate } from './mutation.js'
import type { FuzzTarget } from './target.js'

export interface FuzzOptions {
  readonly target: FuzzTarget
  /** How many inputs. */
  readonly runs: number
  readonly seed: number
  /** Told now and then how far it is. */
  readonly onProgress?: (progress: FuzzProgress) => void
  /** Asked now and then. @returns whether to stop early */
  readonly isOver?: () => boolean
}

export interface FuzzProgress {
  readonly runs: number
  /** Inputs that reached something new. */
  readonly kept: number
  /** Blocks of code that were reached. */
  readonly blocks: number
}

export interface FuzzOutcome extends FuzzProgress {
  /** The first input that found something; null for none. */
  readonly finding: { readonly input: Uint8Array; readonly error: unknown } | null
}

/** Inputs between two looks at the coverage. */
const BATCH = 64

/** Runs until something is found or all runs are done. */
export async function fuzz(options: FuzzOptions): Promise<FuzzOutcome> {
  const coverage = new Coverage()
  coverage.start()
  try {
    return await new Fuzzer(options, coverage).run()
  } finally {
    coverage.stop()
  }
}

class Fuzzer {
  readonly #options: FuzzOptions
  readonly #coverage: Coverage
  readonly #random: Random
  readonly #corpus: Uint8Array[]
  #runs = 0
  #finding: FuzzOutcome['finding'] = null

  constructor(options: FuzzOptions, coverage: Coverage) {
    this.#options = options
    this.#coverage = coverage
    this.#random = new Random(options.seed)
    this.#corpus = options.target.seeds()
  }

  async run(): Promise<FuzzOutcome> {
    const { runs, isOver, onProgress } = this.#options
    for (const input of this.#corpus) await this.#try(input)
    this.#coverage.keep(this.#coverage.look())
    while (this.#finding === null && this.#runs < runs && isOver?.() !== true) {
      await this.#batch(Math.min(BATCH, runs - this.#runs))
      onProgress?.(this.#progress)
    }
    return { ...this.#progress, finding: this.#finding }
  }

  get #progress(): FuzzProgress {
    return { runs: this.#runs, kept: this.#corpus.length, blocks: this.#coverage.size }
  }

  async #batch(size: number): Promise<void> {
    const inputs = Array.from({ length: size }, () =>
      mutate(this.#random.pick(this.#corpus), this.#corpus, this.#random),
    )
    for (const input of inputs) if (!(await this.#try(input))) return
    if (this.#coverage.look().length === 0) return
    // Which of them it was, only running them again tells.
    for (const input of inputs) {
      await this.#options.target.run(input)
      const fresh = this.#coverage.look()
      if (fresh.length === 0) continue
      this.#coverage.keep(fresh)
      this.#corpus.push(input)
    }
  }

  /** @returns whether nothing was found */
  async #try(input: Uint8Array): Promise<boolean> {
    this.#runs++
    try {
      await this.#options.target.run(input)
      return true
    } catch (error) {
      this.#finding = { input, error }
      return false
    }
  }
}
