/** What stands in a message's value for something that travels by reference. */

/** A reference found in a value: its place among the message's references and what kind of thing it is. */
export interface ReferenceMark {
  /** Index into the message's references. */
  readonly place: number
  /** 1 byte, chosen by the caller. */
  readonly kind: number
}

/** Asked once for every object and function that a value contains; null means that it is copied. */
export type Refer = (value: object) => ReferenceMark | null

/**
 * Gives what stands for an arrived reference. @throws ProtocolError for a place or kind that the message does not have
 */
export type Resolve = (mark: ReferenceMark) => unknown

/** Asks `refer` once for each object, so that the same object is the same reference wherever it occurs. */
export class Marks {
  readonly #refer: Refer
  readonly #asked = new Map<object, ReferenceMark | null>()
  /** What `refer` threw: it has the last word. */
  failure: { readonly error: unknown } | null = null

  constructor(refer: Refer) {
    this.#refer = refer
  }

  /** `refer` is not asked for this one: it is no part of the value. */
  hide(value: object): void {
    this.#asked.set(value, null)
  }

  knows(value: object): boolean {
    return this.#asked.has(value)
  }

  /** @throws what `refer` throws */
  of(value: object): ReferenceMark | null {
    const known = this.#asked.get(value)
    if (known !== undefined) return known
    try {
      const mark = this.#refer(value)
      this.#asked.set(value, mark)
      return mark
    } catch (error) {
      this.failure = { error }
      throw error
    }
  }
}
