/**
 * What this node has told each coordinator of its weak holders, so that it understands what the coordinator says of
 * them. Only the last report counts: an answer to an earlier one comes too late, and the next round says it again.
 */
import { type ClearWeakMessage, type ExportId, type NodeId, ProtocolError } from '@holdfast/core'
import type { NamedReport } from '@holdfast/tracing'
import type { WeakHold } from './event.js'
import type { NodeState } from './node-state.js'

interface Told {
  readonly named: NamedReport
  /** In the order of the report's `weak`. */
  readonly holds: readonly WeakHold[]
}

export class WeakAnswers {
  readonly #state: NodeState
  readonly #told = new Map<NodeId, Told>()

  constructor(state: NodeState) {
    this.#state = state
  }

  /** A report goes to a coordinator. O(1) where nothing is weakly held. */
  told(to: NodeId, holds: readonly WeakHold[], named: () => NamedReport): void {
    if (holds.length > 0) this.#told.set(to, { named: named(), holds })
    else this.#told.delete(to)
  }

  forget(coordinator: NodeId): void {
    this.#told.delete(coordinator)
  }

  /**
   * A coordinator has judged. Each group is cleared as one, or not at all if one of its exports was used since.
   * O(names + holds).
   * @throws ProtocolError `not-weak` before anything is done
   */
  receive(coordinator: NodeId, message: ClearWeakMessage): void {
    const { address, rules } = this.#state
    const told = this.#told.get(coordinator)
    if (told?.named.report.number !== message.report || message.incarnation !== address.incarnation) return
    const places = placesOfWeak(told.named)
    const groups = new Map<number, WeakHold[]>()
    const moved = new Set<number>()
    for (let index = 0; index < message.names.length; index++) {
      const place = places.get(message.names[index])
      if (place === undefined) {
        throw new ProtocolError('not-weak', 'a weak holder to clear that was not reported', {
          name: message.names[index],
        })
      }
      const group = message.groups[index]
      const holds = groups.get(group) ?? []
      groups.set(group, holds)
      holds.push(told.holds[place])
      if (rules.on('clear-weak-checks-ver') && this.#hasMoved(told.named, place)) moved.add(group)
    }
    for (const [group, holds] of groups) if (!moved.has(group)) this.#state.request({ type: 'clear-weak', holds })
  }

  /** Whether an export has been granted, used or claimed since a report, or is gone. */
  #hasMoved({ report }: NamedReport, place: number): boolean {
    const vertex = report.weak?.[place] ?? 0
    const { ids, versions } = report.exports
    if (vertex >= ids.length) return false
    const { exports } = this.#state
    const id = ids[vertex] as ExportId
    return !exports.has(id) || exports.versionOf(id) !== versions[vertex]
  }
}

/** The place of each name in the report's `weak`. */
function placesOfWeak({ report, names }: NamedReport): Map<number, number> {
  return new Map(Array.from(report.weak ?? [], (vertex, place) => [names[vertex], place]))
}
