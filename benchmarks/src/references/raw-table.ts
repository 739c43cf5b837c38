/**
 * The limit: objects by number. What is asked for in one turn goes in one message, answers too, and the holder says by hand what it lets go
 * of. No sessions, no acknowledgements, nothing if a message is lost or a thread ends.
 */
import type { MessagePort } from 'node:worker_threads'
import type { Holder, Owner } from './reference-system.js'

/** How many are asked for, or the numbers of those let go of. */
type Question = number | Float64Array

class Item {
  hi(): string {
    return 'hi'
  }
}

export class RawOwner implements Owner {
  readonly #objects = new Map<number, Item>()
  #nextId = 1

  serve(port: MessagePort, onCreate: (object: object) => void): Promise<void> {
    port.on('message', (question: Question) => {
      if (typeof question !== 'number') for (const id of question) this.#objects.delete(id)
      else port.postMessage(this.#make(question, onCreate))
    })
    return Promise.resolve()
  }

  get held(): number {
    return this.#objects.size
  }

  create(): Item {
    return new Item()
  }

  /** Numbers follow each other, so that the first is enough for the holder, but each goes over the wire as one that doesn't would. */
  #make(count: number, onCreate: (object: object) => void): Float64Array {
    return Float64Array.from({ length: count }, () => {
      const id = this.#nextId++
      const object = this.create()
      this.#objects.set(id, object)
      onCreate(object)
      return id
    })
  }
}

/** What stands for a remote object. */
class RawReference {
  readonly id: number
  constructor(id: number) {
    this.id = id
  }
}

export class RawHolder implements Holder {
  #port: MessagePort | null = null
  /** Calls that wait, oldest first: answers come in the order of the questions. */
  readonly #waiting: ((reference: RawReference) => void)[] = []
  #asked = 0
  #kept: readonly unknown[] = []

  connect(port: MessagePort): Promise<void> {
    this.#port = port
    port.on('message', (ids: Float64Array) => {
      const answered = this.#waiting.splice(0, ids.length)
      for (const [place, resolve] of answered.entries()) resolve(new RawReference(ids[place]))
    })
    return Promise.resolve()
  }

  make(): Promise<RawReference> {
    if (this.#asked++ === 0) queueMicrotask(() => this.#ask())
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  keep(references: readonly unknown[]): void {
    this.#kept = [...references]
  }

  release(references: unknown[]): Promise<void> {
    const all = (references.length > 0 ? references : this.#kept) as RawReference[]
    this.#port?.postMessage(Float64Array.from(all, ({ id }) => id))
    this.#kept = []
    references.length = 0
    return Promise.resolve()
  }

  collect(): Promise<void> {
    return Promise.resolve()
  }

  #ask(): void {
    this.#port?.postMessage(this.#asked)
    this.#asked = 0
  }
}
