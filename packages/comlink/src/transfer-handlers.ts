/** How values of a kind are copied that cannot be copied as they are: comlink's form of what nodes call codecs. */
import type { Codec, Codecs } from '@holdfast/node'

export interface TransferHandler<T, S> {
  canHandle(value: unknown): value is T
  /** What is sent instead, and what of it the sender gives away: that is copied as well. */
  serialize(value: T): [S, unknown[]]
  deserialize(value: S): T
}

/** By name, the same on both sides. Asked of every object that is sent, also within others. */
export class TransferHandlers extends Map<string, TransferHandler<unknown, unknown>> {
  readonly #codecs = new Map<string, Codec>()

  /** The same, live, for a node. */
  get codecs(): Codecs {
    return this.#codecs
  }

  override set(name: string, handler: TransferHandler<unknown, unknown>): this {
    this.#codecs.set(name, {
      accepts: (object) => handler.canHandle(object),
      encode: (object) => handler.serialize(object)[0],
      decode: (value) => handler.deserialize(value),
    })
    return super.set(name, handler)
  }

  override delete(name: string): boolean {
    this.#codecs.delete(name)
    return super.delete(name)
  }

  override clear(): void {
    this.#codecs.clear()
    super.clear()
  }
}
