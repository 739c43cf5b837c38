/**
 * The limit: objects by number, made by a call each. The calls of one turn go in one message, their answers too, and the holder says by hand what it
 * lets go of. No sessions, no acknowledgements, nothing if a message is lost or a thread ends.
 */
import type { MessagePort } from 'node:worker_threads'
import type { Holder, Owner } from './reference-system.js'

interface Call {
  readonly call: number
  readonly method: 'make'
}

interface Answer {
  readonly call: number
  readonly id: number
}

/** Calls, or the numbers of those let go of. */
type Question = readonly Call[] | Float64Array

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
      if (question instanceof Float64Array) for (const id of question) this.#objects.delete(id)
      else port.postMessage(question.map(({ call }): Answer => ({ call, id: this.#make(onCreate) })))
    })
    return Promise.resolve()
  }

  get held(): number {
    return this.#objects.size
  }

  create(): Item {
    return new Item()
  }

  #make(onCreate: (object: object) => void): number {
    const id = this.#nextId++
    const object = this.create()
    this.#objects.set(id, object)
    onCreate(object)
    return id
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
  readonly #waiting = new Map<number, (reference: RawReference) => void>()
  #calls: Call[] = []
  #nextCall = 1
  #kept: readonly unknown[] = []

  connect(port: MessagePort): Promise<void> {
    this.#port = port
    port.on('message', (answers: readonly Answer[]) => {
      for (const { call, id } of answers) {
        this.#waiting.get(call)?.(new RawReference(id))
        this.#waiting.delete(call)
      }
    })
    return Promise.resolve()
  }

  make(): Promise<RawReference> {
    const call = this.#nextCall++
    if (this.#calls.push({ call, method: 'make' }) === 1) queueMicrotask(() => this.#ask())
    return new Promise((resolve) => this.#waiting.set(call, resolve))
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
    this.#port?.postMessage(this.#calls)
    this.#calls = []
  }
}
