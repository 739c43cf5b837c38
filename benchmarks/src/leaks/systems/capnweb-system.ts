import type { MessagePort } from 'node:worker_threads'
import { newMessagePortRpcSession, RpcTarget } from 'capnweb'
import { type Item, type Methods, type RpcSystem, watchByRef } from '../rpc-system.js'

/** Without it a reference goes when the call is over. */
interface Duplicable {
  dup?(): unknown
}

class Target extends RpcTarget implements Item {
  #other: unknown = null
  hi(): string {
    return this.#other === null ? 'hi' : 'hi, both'
  }
  meet(other: unknown): void {
    this.#other = (other as Duplicable).dup?.() ?? other
  }
}

export class CapnwebSystem implements RpcSystem {
  connect(port: MessagePort, own: object): Promise<unknown> {
    const far: unknown = newMessagePortRpcSession(port as never, own)
    return Promise.resolve(far)
  }

  /** Only what a class has can be called. */
  service(methods: Methods): object {
    class Service extends RpcTarget {}
    Object.assign(Service.prototype, methods)
    return new Service()
  }

  item(): Item {
    return new Target()
  }

  async call(target: unknown, method: string, ...args: unknown[]): Promise<unknown> {
    return (target as Record<string, (...args: unknown[]) => Promise<unknown>>)[method](...args)
  }

  readonly watch = watchByRef

  collect(): Promise<void> {
    return Promise.resolve()
  }

  ended(): void {}
}
