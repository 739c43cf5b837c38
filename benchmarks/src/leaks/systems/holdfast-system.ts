import type { MessagePort } from 'node:worker_threads'
import { Managed } from '@holdfast/heap/managed'
import { byReference, createNode, type HoldfastNode } from '@holdfast/node'
import { type Item, type Methods, type RpcSystem, watchByRef } from '../rpc-system.js'

/** Short, so that nobody waits for minutes: six seconds with its quarantine. */
const LEASE = { term: 500, drift: 0.01 }

class ManagedItem extends Managed implements Item {
  other: unknown = null
  hi(): string {
    return 'hi'
  }
  meet(other: unknown): void {
    this.other = other
  }
}

export class HoldfastSystem implements RpcSystem {
  readonly #node: HoldfastNode
  #peer = ''

  constructor(name: string) {
    this.#node = createNode({ id: name, lease: LEASE, rounds: null })
  }

  async connect(port: MessagePort, own: object): Promise<unknown> {
    this.#node.publish('service', own)
    this.#peer = await this.#node.connect(port)
    return this.#node.lookup(this.#peer, 'service')
  }

  service(methods: Methods): object {
    return byReference(methods)
  }

  item(isCyclic: boolean): Item {
    return isCyclic ? new ManagedItem() : byReference({ hi: () => 'hi', meet: () => {} })
  }

  call(target: unknown, method: string, ...args: unknown[]): Promise<unknown> {
    return (target as Record<string, (...args: unknown[]) => Promise<unknown>>)[method](...args)
  }

  /** What V8 knows of a managed object comes and goes: it is gone when its heap has freed it. */
  watch(item: Item): () => boolean {
    if (!(item instanceof Managed)) return watchByRef(item)
    let isThere = true
    this.#node.onReclaimed(item, () => {
      isThere = false
    })
    return () => isThere
  }

  async collect(): Promise<void> {
    await this.#node.collect()
  }

  ended(): void {
    this.#node.declareGone(this.#peer)
  }
}
