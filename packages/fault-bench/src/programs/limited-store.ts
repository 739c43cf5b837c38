/** A store whose disk is full while there is a file of a certain name: where no disk of its own can be had. */
import { existsSync } from 'node:fs'
import { type Store, type Stored, StoreError } from '@holdfast/store'

export class LimitedStore implements Store {
  readonly #store: Store
  readonly #fullFile: string

  constructor(store: Store, fullFile: string) {
    this.#store = store
    this.#fullFile = fullFile
  }

  open(): Promise<Stored> {
    return this.#store.open()
  }

  async append(entry: Uint8Array): Promise<void> {
    this.#check()
    await this.#store.append(entry)
  }

  async replace(image: Uint8Array): Promise<void> {
    this.#check()
    await this.#store.replace(image)
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  #check(): void {
    if (!existsSync(this.#fullFile)) return
    const cause = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    throw new StoreError('store-failed', 'the disk is full', { cause })
  }
}
