/** @endo/captp: its shims change globals, so it is loaded only when it is measured. */
import type { MessagePort } from 'node:worker_threads'
import type { RpcSystem } from '../../leaks/rpc-system.js'
import { createCaptpSystem } from '../../leaks/systems/captp-system.js'
import type { CallSystem, Calls } from '../call-system.js'

export class CaptpCalls implements CallSystem {
  readonly #system: Promise<RpcSystem>

  constructor(name: string) {
    this.#system = createCaptpSystem(name)
  }

  async serve(port: MessagePort): Promise<void> {
    const system = await this.#system
    await system.connect(port, counter(system, 0))
  }

  async connect(port: MessagePort): Promise<Calls> {
    const system = await this.#system
    const far = await system.connect(port, system.service({}))
    return {
      add: (number, text) => system.call(far, 'add', number, text),
      chain: (length) => {
        let last = far
        for (let calls = 0; calls < length; calls++) last = system.call(last, 'next')
        return system.call(last, 'read')
      },
    }
  }
}

function counter(system: RpcSystem, count: number): object {
  return system.service({
    add: (number: number, text: string) => number + text,
    next: () => counter(system, count + 1),
    read: () => count,
  })
}
