import { type Incarnation, nodeId, ProtocolError } from '@holdfast/core'
import { decodeDelta, decodeReport, encodeReport, isDelta, type Report, type ReportedPeer } from '@holdfast/tracing'
import { Collage } from '@holdfast/tracing/collage'
import { judge } from '@holdfast/tracing/verdict'
import { join, split } from '../pieces.js'
import { Finding, type FuzzTarget } from '../target.js'

/** Two exports of bob's. alice never reports: what she holds is live whatever mallory says. */
const HELD_BY_OTHER = 1
const HELD_BY_ALICE = 2

/** Reports and what has changed since, as a coordinator takes them in and judges them. */
export const reportsTarget: FuzzTarget = {
  name: 'reports',
  about: 'reports and deltas at a coordinator, which then judges',
  seeds: () => [join([encodeReport(sampleReport('mallory', 1)), encodeReport(sampleReport('bob', 1))])],

  run(input) {
    const collage = new Collage()
    const honest = sampleReport('bob', 1)
    collage.add(honest)
    for (const bytes of split(input)) {
      try {
        take(collage, bytes)
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error
      }
    }
    const { condemned } = judge(collage)
    for (const { owner, ids } of condemned) {
      if (owner.node !== 'bob' && owner.node !== 'mallory')
        throw new Finding('an owner that has not reported is judged')
      if (owner.node === 'bob' && ids.includes(HELD_BY_ALICE))
        throw new Finding('what a silent node holds is condemned')
    }
  },
}

function take(collage: Collage, bytes: Uint8Array): void {
  if (isDelta(bytes)) {
    const delta = decodeDelta(bytes)
    if (delta.node === 'mallory') collage.patch(delta)
    return
  }
  const report = decodeReport(bytes)
  const again = decodeReport(encodeReport(report))
  if (again.exports.ids.length !== report.exports.ids.length) throw new Finding('a report changes when it is passed on')
  if (report.node === 'mallory') collage.add(report)
}

function sampleReport(node: string, number: number): Report {
  const other = node === 'bob' ? 'mallory' : 'bob'
  const ids = Float64Array.of(HELD_BY_OTHER, HELD_BY_ALICE)
  return {
    node: nodeId(node),
    incarnation: 1 as Incarnation,
    number,
    clock: 5,
    exports: { ids, versions: Float64Array.of(2, 2), quarantined: new Float64Array(0) },
    peers: [reportedPeer(other, 0), reportedPeer('alice', 1)],
    // Each export refers to the import from the other node.
    references: { inner: new Uint32Array(0), offsets: Uint32Array.of(0, 1, 2), targets: Uint32Array.of(2, 2) },
  }
}

/** A peer that holds the export at a place, and whose first export is held. */
function reportedPeer(node: string, place: number): ReportedPeer {
  const one = Float64Array.of(1)
  return {
    node: nodeId(node),
    incarnation: 1 as Incarnation,
    session: 1,
    sent: 4,
    received: 4,
    rows: { exports: Float64Array.of(place), granted: one, added: Float64Array.of(0) },
    imports: { ids: one, used: one, clocks: one },
  }
}
