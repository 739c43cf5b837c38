import { incarnation, nodeId } from '@holdfast/core'
import { createNode, HeapNode } from '@holdfast/node'
import { type Link, type LinkHandlers, VirtualClock } from '@holdfast/transport'
import { MemoryNetwork } from '@holdfast/transport/memory'
import { join, split } from '../pieces.js'
import { sampleGreeting } from '../sample-greeting.js'
import { settle } from '../settle.js'
import { Finding, type FuzzTarget } from '../target.js'

const PROTOTYPE_KEYS = Reflect.ownKeys(Object.prototype).length

/** What application authors publish: a field, methods, and something that only its owner is to reach. */
class Shop {
  name = 'shop'
  readonly #till = { coins: 7 }
  add = (a: number, b: number): number => a + b
  coins(): number {
    return this.#till.coins
  }
}

/** Requests and values: what a peer can put into a call, at a node with something published. */
export const callsTarget: FuzzTarget = {
  name: 'calls',
  about: 'requests, arguments and values in calls, at a node with something published',
  seeds: () => [
    // lookup('shop'), a pipelined call on its result, a field, a structure with references.
    join([
      request({ operation: 1, answer: 0 }, ['lookup'], [10, 1, 7, 4, 115, 104, 111, 112]),
      request({ operation: 1, answer: 1 }, ['add'], [10, 2, 4, 1, 4, 2]),
    ]),
    join([
      request({ operation: 2, answer: 0 }, ['name'], []),
      request({ operation: 3, answer: 0 }, ['name'], [7, 1, 120]),
    ]),
    join([request({ operation: 1, answer: 0 }, ['acquireLease'], [10, 3, 9, 1, 0, 4, 5, 0])]),
    join([request({ operation: 1, answer: 0 }, ['lookup'], [12, 0, 4, 91, 91, 49, 93, 93])]),
    join([request({ operation: 1, answer: 0 }, ['cancel'], [11, 1, 7, 1, 97, 6, 0, 0, 0, 0, 0, 0, 240, 63])]),
  ],

  async run(input) {
    const clock = new VirtualClock()
    const alice = createNode({ id: 'alice', incarnation: 1, clock, rounds: null, garbage: { share: 0 } })
    const shop = new Shop()
    alice.publish('shop', shop)
    const mallory = new HeapNode({ node: nodeId('mallory'), incarnation: incarnation(1), clock, connect: () => {} })
    const [near, far] = new MemoryNetwork({ clock }).connect()
    const isJoined = alice.connect(near)
    mallory.addLink(nodeId('alice'), new GreetingLink(far))
    await settle(clock)
    await isJoined
    try {
      for (const payload of split(input)) {
        const references = [mallory.heap.create('bait')]
        mallory.call({ to: { node: nodeId('alice') }, payload, references })
        await settle(clock)
      }
      check(shop)
    } finally {
      mallory.close()
      alice.close()
      await settle(clock)
    }
  },
}

function check(shop: Shop): void {
  if (Reflect.ownKeys(Object.prototype).length !== PROTOTYPE_KEYS)
    throw new Finding('every object has another property now')
  if (Object.getPrototypeOf(shop) !== Shop.prototype) throw new Finding('an object has another prototype now')
  if (shop.coins() !== 7) throw new Finding('a private field has changed')
}

/** A request as a face writes it. */
function request(
  head: { operation: number; answer: number },
  path: readonly string[],
  value: readonly number[],
): Uint8Array {
  const steps = path.flatMap((step) => [step.length, ...new TextEncoder().encode(step)])
  return Uint8Array.of(head.operation, head.answer, path.length, ...steps, ...value)
}

/** Says a name before the first frame, as nodes with a face expect, and passes over the other's. */
class GreetingLink implements Link {
  readonly reliable = true
  readonly maxFrameBytes: number
  readonly #link: Link

  constructor(link: Link) {
    this.#link = link
    this.maxFrameBytes = link.maxFrameBytes
    link.send(sampleGreeting('mallory'))
  }

  send(frame: Uint8Array): void {
    this.#link.send(frame)
  }

  close(): void {
    this.#link.close()
  }

  start(handlers: LinkHandlers): void {
    let isGreeted = false
    this.#link.start({
      onFrame: (frame) => {
        if (isGreeted) handlers.onFrame(frame)
        isGreeted = true
      },
      onClose: (reason) => handlers.onClose(reason),
    })
  }
}
