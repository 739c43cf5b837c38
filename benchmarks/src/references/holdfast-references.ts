import { setImmediate as macrotask } from 'node:timers/promises'
import type { MessagePort } from 'node:worker_threads'
import { Managed, RefList } from '@holdfast/heap/managed'
import { byReference, createNode, type Remote } from '@holdfast/node'
import { QUIET } from '../measure/quiet.js'
import type { Holder, Owner } from './reference-system.js'

class Item {
  hi(): string {
    return 'hi'
  }
}

class ManagedItem extends Managed {
  hi(): string {
    return 'hi'
  }
}

interface Service {
  make(): object
}

export class HoldfastOwner implements Owner {
  readonly #node = createNode({ id: 'owner', ...QUIET })
  readonly #kind: 'marked' | 'managed'

  constructor(kind: 'marked' | 'managed') {
    this.#kind = kind
  }

  async serve(port: MessagePort, onCreate: (object: object) => void): Promise<void> {
    const make = (): object => {
      const object = this.create()
      onCreate(object)
      return object
    }
    this.#node.publish('service', byReference({ make }))
    await this.#node.connect(port)
  }

  /** The service is held, too. */
  get held(): number {
    return this.#node.tables.exports - 1
  }

  create(): object {
    return this.#kind === 'managed' ? new ManagedItem() : byReference(new Item())
  }
}

/** What holds remote objects without a proxy for each. */
class Keeper extends Managed {
  readonly references = new RefList<object>()
}

export class HoldfastHolder implements Holder {
  readonly #node = createNode({ id: 'holder', ...QUIET })
  #service: Remote<Service> | null = null
  readonly #keeper = new Keeper()

  async connect(port: MessagePort): Promise<void> {
    this.#node.publish('keeper', this.#keeper)
    this.#service = await this.#node.lookup<Service>(await this.#node.connect(port), 'service')
  }

  async make(): Promise<unknown> {
    return this.#service?.make()
  }

  keep(references: readonly unknown[]): void {
    this.#keeper.references.push(...(references as object[]))
  }

  async release(references: unknown[]): Promise<void> {
    references.length = 0
    this.#keeper.references.clear()
    await this.collect()
  }

  async collect(): Promise<void> {
    await macrotask()
    await this.#node.collectLocally()
  }
}
