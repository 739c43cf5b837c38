import { Random, UsageError } from '@holdfast/core'

/**
 * Which nodes are killed: drawn with xorshift32 (`Random.next`) seeded with seed + 1, index = next mod nodes, those drawn before
 * passed over; in the order of the draw. So a seed means the same nodes everywhere, and the cut's own draw is left as it was.
 * @throws UsageError `bad-kill` when nobody would be left
 */
export function drawVictims({ nodes, kill, seed }: { nodes: number; kill: number; seed: number }): number[] {
  if (!Number.isInteger(kill) || kill < 0 || kill >= nodes) {
    throw new UsageError(
      'bad-kill',
      `of ${nodes} nodes 0 to ${nodes - 1} can be killed, not ${kill}: one has to be left`,
    )
  }
  const random = new Random(seed + 1)
  const victims = new Set<number>()
  while (victims.size < kill) victims.add(random.next() % nodes)
  return [...victims]
}
