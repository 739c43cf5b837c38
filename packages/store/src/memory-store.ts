/**
 * A store in memory, for tests and for trying things out: it outlives a node, not its process. `open` again after `close` goes on
 * with what is there, like a disk would.
 */
import { UsageError } from '@holdfast/core'
import type { Store, Stored } from './store.js'
import { StoreError } from './store-error.js'

export class MemoryStore implements Store {
  #image: Uint8Array | null = null
  #entries: Uint8Array[] = []
  #isOpen = false

  /** Called before anything is written, and may throw what a disk would: then nothing was. */
  beforeWrite: () => void | Promise<void> = () => {}

  /** Bytes kept. */
  get size(): number {
    return this.#entries.reduce((sum, { length }) => sum + length, this.#image?.length ?? 0)
  }

  /** What is there at this moment, as after a death of the process. */
  copy(): MemoryStore {
    const copy = new MemoryStore()
    copy.#image = this.#image
    copy.#entries = [...this.#entries]
    return copy
  }

  async open(): Promise<Stored> {
    if (this.#isOpen) throw new StoreError('store-locked', 'the store is open already')
    this.#isOpen = true
    return { image: this.#image?.slice() ?? null, entries: this.#entries.map((entry) => entry.slice()) }
  }

  async append(entry: Uint8Array): Promise<void> {
    await this.#write()
    this.#entries.push(entry.slice())
  }

  async replace(image: Uint8Array): Promise<void> {
    await this.#write()
    this.#image = image.slice()
    this.#entries = []
  }

  async close(): Promise<void> {
    this.#isOpen = false
  }

  async #write(): Promise<void> {
    if (!this.#isOpen) throw new UsageError('store-closed', 'a store is opened before it is written')
    try {
      await this.beforeWrite()
    } catch (error) {
      throw new StoreError('store-failed', 'nothing was written', { cause: error })
    }
  }
}
