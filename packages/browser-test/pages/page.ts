/** A page with two web workers, each with a node, and a node of its own that is joined to both. */
import { createNode, type NodeOptions, type Remote, UsageError } from 'holdfast'
import { type factory, madeBy, type Peer } from './cast.js'

/** How often rounds are held: by themselves, or `null` for on demand alone. */
export type Rounds = Pick<NodeOptions, 'rounds'>

class Stage {
  kept: Remote<Peer> | null = null

  /** @param rounds of all three nodes */
  async open(rounds: Rounds): Promise<void> {
    globalThis.node = createNode({ id: 'page', ...rounds })
    for (const id of ['east', 'west']) {
      const { port1, port2 } = new MessageChannel()
      new Worker('/worker.js', { type: 'module' }).postMessage({ id, ...rounds }, [port2])
      await globalThis.node.connect(port1)
    }
  }

  /**
   * An object in each worker, which refer to each other, and are otherwise kept by nothing but, perhaps, this page.
   * @returns the body of one, by way of the other
   */
  async tie({ keep = false } = {}): Promise<Peer['body']> {
    const [one, other] = await Promise.all([madeBy('east'), madeBy('west')])
    await Promise.all([one.meet(other), other.meet(one)])
    if (keep) this.kept = one
    return one.peer.body
  }

  /** @returns how an error looks that a worker has thrown */
  async refusal(): Promise<unknown[]> {
    const far = await globalThis.node.lookup<typeof factory>('east', 'factory')
    const error = await far.refuse().catch((thrown: unknown) => thrown)
    return [error instanceof UsageError, ...(error instanceof UsageError ? [error.name, error.code, error.data] : [])]
  }
}

declare global {
  var stage: Stage
}

globalThis.stage = new Stage()
