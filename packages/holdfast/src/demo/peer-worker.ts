/** What the workers of the demo's plain classes run: a class like any other, and V8's word on which of its objects are left. */
import { setImmediate as macrotask } from 'node:timers/promises'
import { Managed } from '@holdfast/heap/managed'
import { byReference, type HoldfastNode, type Remote } from '@holdfast/node'

export class Peer extends Managed {
  peer: Peer | Remote<Peer> | null = null
  /** Something for V8 to keep as long as the object is there, whatever stands for it. */
  body = { text: 'an ordinary object' }
}

export interface Yard {
  create(): Peer
  /** Has V8 tell from now on whether an object of this worker is there. */
  watch(peer: Peer | Remote<Peer>): void
  /** How many of those are there, after a forced collection. */
  left(): Promise<number>
}

function start(node: HoldfastNode): void {
  const bodies: WeakRef<object>[] = []
  const yard: Yard = {
    create: () => new Peer(),
    // It comes home as what it is.
    watch: (peer) => void bodies.push(new WeakRef((peer as Peer).body)),
    async left() {
      // Once to let go of what V8 has found dead, and once more for what only that kept.
      for (let pass = 0; pass < 2; pass++) {
        await node.collectLocally()
        await macrotask()
      }
      return bodies.filter((body) => body.deref() !== undefined).length
    },
  }
  node.publish('yard', byReference(yard))
}

// oxlint-disable-next-line import/no-default-export -- what a cluster calls
export { start as default }
