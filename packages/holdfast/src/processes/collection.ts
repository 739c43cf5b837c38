import { setTimeout as sleep } from 'node:timers/promises'
import type { HoldfastNode } from '@holdfast/node'

/** Lets V8 and the node notice what was let go of: what has just been used counts as held for a moment. */
export async function nodeCollection(node: HoldfastNode): Promise<void> {
  await sleep(20)
  await node.collectLocally()
}
