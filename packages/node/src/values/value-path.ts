/**
 * Where in a value the encoder is: for errors, and for the limit on depth. `devalue` tells when it enters a container
 * and reads from it, not when it leaves: whatever is above the container that is read from has been left.
 */
import { MAX_DEPTH } from './value-format.js'

/** A property, a place, the key of a Map's entry; null for nothing. */
export type Step = string | number | { readonly key: unknown } | null

export class ValuePath {
  /** Up to the depth: what is beyond has been left. (Cutting arrays shorter each time is slow.) */
  readonly #containers: object[] = []
  /** Of each container, where in it the encoder is. Raw: only errors write them out. */
  readonly #steps: Step[] = []
  #depth = 0
  /** Where containers that are encoded elsewhere than they belong do belong. */
  readonly #origins = new Map<object, string>()

  /** Paths into the container begin with `origin`. */
  rebase(container: object, origin: string): void {
    this.#origins.set(container, origin)
  }

  /** @returns false when it is too deep */
  enter(container: object): boolean {
    this.#containers[this.#depth] = container
    this.#steps[this.#depth] = null
    return ++this.#depth <= MAX_DEPTH
  }

  /** A part of a container is looked at. */
  at(container: object, step: Step): void {
    while (this.#depth > 0 && this.#containers[this.#depth - 1] !== container) this.#depth--
    if (this.#depth === 0) this.enter(container)
    this.#steps[this.#depth - 1] = step
  }

  toString(): string {
    let text = ''
    for (let depth = 0; depth < this.#depth; depth++) {
      text = (this.#origins.get(this.#containers[depth]) ?? text) + written(this.#steps[depth])
    }
    return text
  }
}

const IDENTIFIER = /^[\p{L}_$][\p{L}\p{N}_$]*$/u

/** As it would be written behind its container. */
function written(step: Step): string {
  if (step === null) return ''
  if (typeof step === 'number') return `[${step}]`
  if (typeof step === 'string') return IDENTIFIER.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`
  const { key } = step
  return `.get(${typeof key === 'string' || typeof key === 'number' ? JSON.stringify(key) : '…'})`
}
