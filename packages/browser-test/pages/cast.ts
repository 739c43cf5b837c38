/** What all pages and workers have: a node, objects that refer to each other, and witnesses of their end. */
import { byReference, type HoldfastNode, Managed, type Remote, UsageError } from 'holdfast'

declare global {
  /** The one of this page or worker. */
  var node: HoldfastNode
  /** Of each object that met another: as code sees it, and its body, which the node keeps as long as the object. */
  var witnesses: WeakRef<object>[]
}

globalThis.witnesses = []

export class Peer extends Managed {
  peer: Peer | Remote<Peer> | null = null
  readonly body = { text: 'x'.repeat(1000) }

  hello(): string {
    return 'hello'
  }

  meet(peer: Peer | Remote<Peer>): void {
    this.peer = peer
    globalThis.witnesses.push(new WeakRef(this), new WeakRef(this.body))
  }
}

/** Makes objects for others, and keeps none. */
export const factory = byReference({
  make: (): Peer => new Peer(),
  refuse: (): never => {
    throw new UsageError('refused', 'as it was told to', { by: 'factory' })
  },
})

/** An object of another node, which only the caller holds. */
export async function madeBy(id: string): Promise<Remote<Peer>> {
  return (await globalThis.node.lookup<typeof factory>(id, 'factory')).make()
}
