/** @endo/captp, with its imports collected (`gcImports`), which is off by default. Its shims change globals, so it is loaded only when it is measured. */
import type { MessagePort } from 'node:worker_threads'
import { type Item, type Methods, type RpcSystem, watchByRef } from '../rpc-system.js'

/** What is used of it; its own types need those of SES. */
interface CapTp {
  Far(name: string, methods: object): object
  E(target: unknown): Record<string, (...args: unknown[]) => Promise<unknown>>
  makeCapTP(
    name: string,
    send: (message: unknown) => void,
    bootstrap: object,
    options: { readonly gcImports: boolean },
  ): { dispatch(message: unknown): boolean; getBootstrap(): Promise<unknown> }
}

export async function createCaptpSystem(name: string): Promise<RpcSystem> {
  // In this order: each expects the one before.
  await import('ses/assert-shim.js')
  await import('@endo/eventual-send/shim.js')
  return new CaptpSystem(name, (await import('@endo/captp')) as CapTp)
}

class CaptpSystem implements RpcSystem {
  readonly #name: string
  readonly #captp: CapTp

  constructor(name: string, captp: CapTp) {
    this.#name = name
    this.#captp = captp
  }

  connect(port: MessagePort, own: object): Promise<unknown> {
    const send = (message: unknown): void => port.postMessage(message)
    const session = this.#captp.makeCapTP(this.#name, send, own, { gcImports: true })
    port.on('message', (message) => session.dispatch(message))
    return session.getBootstrap()
  }

  service(methods: Methods): object {
    return this.#captp.Far('service', { ...methods })
  }

  item(): Item {
    let other: unknown = null
    return this.#captp.Far('item', {
      hi: () => (other === null ? 'hi' : 'hi, both'),
      meet: (met: unknown) => {
        other = met
      },
    }) as Item
  }

  call(target: unknown, method: string, ...args: unknown[]): Promise<unknown> {
    return this.#captp.E(target)[method](...args)
  }

  readonly watch = watchByRef

  collect(): Promise<void> {
    return Promise.resolve()
  }

  ended(): void {}
}
