/**
 * Whether a cluster has come to rest: nobody has anything to do and no message is under way, nor is a session missing that would
 * bring one. Seen twice in a row with
 * equal numbers, since the nodes are asked one after another (Mattern 1987, "Algorithms for distributed termination detection",
 * section 4: counting twice).
 */
import type { NodeStatus } from './graph-node.js'

/** What a node of the cluster says of itself; undefined for one that is not there. */
export type StatusOf = (name: string) => NodeStatus | undefined

/** Whether nothing happens at a node, and nothing is under way between it and the others that are there. O(its sessions). */
export function rests(name: string, statusOf: StatusOf): boolean {
  const status = statusOf(name)
  if (status === undefined) return true
  if (status.busy || status.missed.some((peer) => statusOf(peer) !== undefined)) return false
  return status.sessions.every(({ peer, sent, received }) => {
    const other = statusOf(peer)
    if (other === undefined) return true
    const back = other.sessions.find((session) => session.peer === name)
    return back?.received === sent && back.sent === received
  })
}

/** The cluster at rest as one string, or null while it is not. @param statuses by name of node; others' sessions do not count */
export function restingState(statuses: ReadonlyMap<string, NodeStatus>): string | null {
  const names = [...statuses.keys()]
  if (!names.every((name) => rests(name, (other) => statuses.get(other)))) return null
  const counts = [...statuses].flatMap(([name, { sessions }]) =>
    sessions.map(({ peer, sent }) => `${name}>${peer}:${sent}`),
  )
  return counts.join()
}
