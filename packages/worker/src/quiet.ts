/**
 * Whether a cluster has come to rest: nobody has anything to do and no message is under way. Seen twice in a row with
 * equal numbers, since the nodes are asked one after another (Mattern 1987, "Algorithms for distributed termination detection",
 * section 4: counting twice).
 */
import type { NodeStatus } from './graph-node.js'

/** The cluster at rest as one string, or null while it is not. @param statuses by name of node; others' sessions do not count */
export function restingState(statuses: ReadonlyMap<string, NodeStatus>): string | null {
  const numbers: string[] = []
  for (const [name, status] of statuses) {
    if (status.busy) return null
    for (const { peer, sent, received } of status.sessions) {
      const other = statuses.get(peer)
      if (other === undefined) continue
      const back = other.sessions.find((session) => session.peer === name)
      if (back === undefined || back.received !== sent || back.sent !== received) return null
      numbers.push(`${name}>${peer}:${sent}`)
    }
  }
  return numbers.join()
}
