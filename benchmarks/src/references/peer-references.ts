/** comlink, capnweb and captp, as the measurement of leaks uses them. */
import type { MessagePort } from 'node:worker_threads'
import { releaseProxy } from 'comlink'
import { createSystem, type RpcSystem } from '../leaks/rpc-system.js'
import type { Holder, Owner } from './reference-system.js'

export type PeerName = 'comlink' | 'capnweb' | 'captp'

export async function createPeerOwner(name: PeerName): Promise<Owner> {
  const system = await createSystem(name, 'owner')
  // comlink closes the port when V8 finds that nobody has its other end in hand.
  const connections: unknown[] = []
  return {
    // None of them says.
    held: null,
    create: () => system.item(false),
    async serve(port: MessagePort, onCreate: (object: object) => void) {
      const make = (): object => {
        const object = system.item(false)
        onCreate(object)
        return object
      }
      connections.push(await system.connect(port, system.service({ make })))
    },
  }
}

export async function createPeerHolder(name: PeerName): Promise<Holder> {
  return new PeerHolder(name, await createSystem(name, 'holder'))
}

/** What each is told when a reference is not needed any more; captp can't be told. */
interface Releasable {
  readonly [releaseProxy]?: () => void
  readonly [Symbol.dispose]?: () => void
}

class PeerHolder implements Holder {
  readonly #name: PeerName
  readonly #system: RpcSystem
  #service: unknown = null
  #kept: readonly unknown[] = []

  constructor(name: PeerName, system: RpcSystem) {
    this.#name = name
    this.#system = system
  }

  async connect(port: MessagePort): Promise<void> {
    this.#service = await this.#system.connect(port, this.#system.service({}))
  }

  make(): Promise<unknown> {
    return this.#system.call(this.#service, 'make')
  }

  keep(references: readonly unknown[]): void {
    this.#kept = [...references]
  }

  async release(references: unknown[]): Promise<void> {
    const all = (references.length > 0 ? references : this.#kept) as Releasable[]
    for (const reference of all) {
      if (this.#name === 'comlink') reference[releaseProxy]?.()
      if (this.#name === 'capnweb') reference[Symbol.dispose]?.()
    }
    this.#kept = []
    references.length = 0
  }

  collect(): Promise<void> {
    return Promise.resolve()
  }
}
