/** What a page does first: a node is made and joined to another, finds something there by its name, and calls it. */
import { byReference, createNode, type HoldfastNode } from 'holdfast'

const counter = {
  count: 0,
  add(more: number): number {
    this.count += more
    return this.count
  },
  self(): object {
    return byReference(counter)
  },
}

class FirstCall {
  readonly #nodes: readonly HoldfastNode[] = ['here', 'there'].map((id) => createNode({ id, rounds: null }))

  /** @returns what was answered, the second time by what the first answer refers to */
  async make(): Promise<number[]> {
    const [here, there] = this.#nodes
    const { port1, port2 } = new MessageChannel()
    await Promise.all([here.connect(port1), there.connect(port2)])
    there.publish('counter', byReference(counter))
    const far = await here.lookup<typeof counter>('there', 'counter')
    const first = await far.add(1)
    const again = (await far.self()) as unknown as typeof far
    return [first, await again.add(2)]
  }

  /** Objects are traced over both. @returns nodes that took no part */
  async holdRound(): Promise<readonly string[]> {
    return (await this.#nodes[0].collect()).missing
  }
}

declare global {
  var firstCall: FirstCall
}

globalThis.firstCall = new FirstCall()
