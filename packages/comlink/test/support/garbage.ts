import { setImmediate as macrotask, setTimeout as sleep } from 'node:timers/promises'
import type { HoldfastNode } from '@holdfast/node'

/** Forces V8 to collect, and lets finalizers run. */
export async function collectGarbage(): Promise<void> {
  for (let pass = 0; pass < 2; pass++) {
    await macrotask()
    ;(globalThis as unknown as { gc: () => void }).gc()
    await macrotask()
  }
}

/** Collects at nodes, again and again, until something holds. */
export async function collectUntil(
  nodes: readonly HoldfastNode[],
  holds: () => boolean,
  passes = 100,
): Promise<boolean> {
  for (let pass = 0; pass < passes && !holds(); pass++) {
    await collectGarbage()
    for (const node of nodes) await node.collectLocally()
    await sleep(10)
  }
  return holds()
}

/** Waits until something holds. */
export async function until(holds: () => boolean, patience = 5000): Promise<boolean> {
  const begun = performance.now()
  while (!holds() && performance.now() - begun < patience) await sleep(2)
  return holds()
}
