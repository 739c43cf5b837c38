/** A durable node is after a failure what it was when it committed last: the same events lead to the same state. */
import type { SimulatedNode } from '../simulated-node.js'
import { Violation } from '../violation.js'
import type { Checker } from './checker.js'

export const nothingCommittedIsLost: Checker = {
  name: 'nothing-committed-is-lost',

  recovered(_world, node, before) {
    const after = pictureOf(node)
    if (after === before) return
    throw new Violation(this.name, `${node.label} was ${before}, and is ${after}`)
  },
}

/** All that can be asked of a collector. O(exports + imports). */
export function pictureOf({ collector, held }: SimulatedNode): string {
  const { tables, counts, acquaintances, pinned } = collector
  return JSON.stringify({
    tables,
    counts,
    acquaintances,
    pinned: [...pinned],
    exports: Array.from(collector.exports, (object) => collector.describeExport(object)),
    imports: held.flatMap((each) => (each?.state === 'held' ? [collector.describeImport(each.importId)] : [])),
    sessions: collector.sessions().map(({ peer }) => collector.sessionWith(peer)),
    deadline: collector.nextDeadline(),
  })
}
