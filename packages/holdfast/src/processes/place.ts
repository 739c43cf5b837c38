/** How the processes of the demonstration get to each other: by the address of the first, or through a NATS server. */
import type { HoldfastNode, NodeOptions } from '@holdfast/node'

export type Place = { readonly address: string } | { readonly nats: string }

/** Short, so that nobody has to wait long for a process that was killed; not so short that a busy machine is taken for a dead one. */
export const OPTIONS: Omit<NodeOptions, 'id'> = { lease: { term: 800, drift: 0.01 }, rounds: null }

export async function enter(node: HoldfastNode, place: Place): Promise<void> {
  if ('address' in place) {
    await node.connect(place.address)
    return
  }
  // Loaded when it is asked for: the client of NATS need not be installed.
  const { natsNetwork } = await import('@holdfast/transport/nats')
  await node.join(natsNetwork({ servers: place.nats, cluster: 'holdfast-demo', presenceMs: 500 }))
}
