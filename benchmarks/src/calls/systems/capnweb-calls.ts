import type { MessagePort } from 'node:worker_threads'
import { newMessagePortRpcSession, RpcTarget } from 'capnweb'
import type { CallSystem, Calls } from '../call-system.js'

class Counter extends RpcTarget {
  readonly #count: number

  constructor(count: number) {
    super()
    this.#count = count
  }

  get count(): number {
    return this.#count
  }

  add(number: number, text: string): string {
    return number + text
  }

  next(): Counter {
    return new Counter(this.#count + 1)
  }
}

/** What is used of its stubs; its own types need those of the platform that it was made for. */
interface FarCounter {
  readonly count: Promise<number>
  add(number: number, text: string): Promise<unknown>
  next(): FarCounter
}

export class CapnwebCalls implements CallSystem {
  async serve(port: MessagePort): Promise<void> {
    newMessagePortRpcSession(port as never, new Counter(0))
  }

  async connect(port: MessagePort): Promise<Calls> {
    const far = newMessagePortRpcSession(port as never) as unknown as FarCounter
    return {
      add: (number, text) => far.add(number, text),
      chain: (length) => {
        let last = far
        for (let calls = 0; calls < length; calls++) last = last.next()
        return last.count
      },
    }
  }
}
