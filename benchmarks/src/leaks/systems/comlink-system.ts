import type { MessagePort } from 'node:worker_threads'
import { type Endpoint, expose, proxy, wrap } from 'comlink'
import { type Item, type Methods, type RpcSystem, watchByRef } from '../rpc-system.js'

export class ComlinkSystem implements RpcSystem {
  connect(port: MessagePort, own: object): Promise<unknown> {
    const endpoint = port as unknown as Endpoint
    expose(own, endpoint)
    const far: unknown = wrap(endpoint)
    return Promise.resolve(far)
  }

  service(methods: Methods): object {
    return proxy(methods)
  }

  item(): Item {
    let other: unknown = null
    return proxy({
      hi: () => (other === null ? 'hi' : 'hi, both'),
      meet: (met: unknown) => {
        other = met
      },
    })
  }

  call(target: unknown, method: string, ...args: unknown[]): Promise<unknown> {
    return (target as Record<string, (...args: unknown[]) => Promise<unknown>>)[method](...args)
  }

  readonly watch = watchByRef

  collect(): Promise<void> {
    return Promise.resolve()
  }

  ended(): void {}
}
