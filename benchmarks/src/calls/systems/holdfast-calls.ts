/** Through the face, with everything on that is on by default: leases, rounds of tracing, collections. */
import type { MessagePort } from 'node:worker_threads'
import { Managed } from '@holdfast/heap/managed'
import { createNode, type HoldfastNode, type Remote } from '@holdfast/node'
import type { CallSystem, Calls } from '../call-system.js'

class Counter extends Managed {
  count = 0

  add(number: number, text: string): string {
    return number + text
  }

  /** Another object, one further. */
  next(): Counter {
    const further = new Counter()
    further.count = this.count + 1
    return further
  }
}

export class HoldfastCalls implements CallSystem {
  readonly #node: HoldfastNode

  constructor(name: string) {
    this.#node = createNode({ id: name })
  }

  async serve(port: MessagePort): Promise<void> {
    this.#node.publish('counter', new Counter())
    await this.#node.connect(port)
  }

  async connect(port: MessagePort): Promise<Calls> {
    const peer = await this.#node.connect(port)
    const counter = await this.#node.lookup<Counter>(peer, 'counter')
    return {
      add: (number, text) => counter.add(number, text),
      chain: (length) => fetchCount(counter, length),
    }
  }
}

function fetchCount(counter: Remote<Counter>, length: number): Promise<number> {
  let last = counter.next()
  for (let calls = 1; calls < length; calls++) last = last.next()
  return last.count
}
