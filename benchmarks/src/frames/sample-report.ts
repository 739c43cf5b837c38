/** A report as one node of four sends it when all of a large heap is suspect. */
import { type Incarnation, nodeId, Random } from '@holdfast/core'
import type { Report, ReportedPeer, SuspectReferences } from '@holdfast/tracing'

const PEERS = 3
/** Of the exports, each peer holds so many of a hundred. */
const HELD_PERCENT = 60
const REFERENCES_PER_EXPORT = 3

/** Makes a report of so many exports and as many imports from each of three peers. O(exports). */
export function sampleReport(exports: number): Report {
  const random = new Random(5)
  const ids = ascending(exports, random)
  const peers = Array.from({ length: PEERS }, (_, index) => reportedPeer(index, exports, random))
  const imports = peers.reduce((sum, peer) => sum + peer.imports.ids.length, 0)
  return {
    node: nodeId('node-0'),
    incarnation: 1 as Incarnation,
    number: 7,
    clock: 123_456,
    exports: { ids, versions: ids.map(() => 1 + random.below(3)), quarantined: new Float64Array(0) },
    peers,
    references: suspectReferences(exports, imports, random),
  }
}

/** Numbers with small gaps, as ids have when some objects are gone. */
function ascending(length: number, random: Random): Float64Array {
  let last = 0
  return Float64Array.from({ length }, () => {
    last += 1 + random.below(3)
    return last
  })
}

function reportedPeer(index: number, exports: number, random: Random): ReportedPeer {
  const held: number[] = []
  for (let place = 0; place < exports; place++) if (random.below(100) < HELD_PERCENT) held.push(place)
  const ids = ascending(exports, random)
  return {
    node: nodeId(`node-${index + 1}`),
    incarnation: 1 as Incarnation,
    session: 1,
    sent: 5000,
    received: 5000,
    rows: {
      exports: Float64Array.from(held),
      // Granted in a few large answers.
      granted: Float64Array.from(held, (_, row) => 10 + Math.floor(row / 16384)),
      added: new Float64Array(held.length),
    },
    imports: { ids, used: ids.map(() => 12), clocks: new Float64Array(ids.length) },
  }
}

function suspectReferences(exports: number, imports: number, random: Random): SuspectReferences {
  const offsets = new Uint32Array(exports + 1)
  const targets: number[] = []
  for (let vertex = 0; vertex < exports; vertex++) {
    const distinct = new Set(Array.from({ length: REFERENCES_PER_EXPORT }, () => random.below(exports + imports)))
    targets.push(...[...distinct].sort((a, b) => a - b))
    offsets[vertex + 1] = targets.length
  }
  return { inner: new Uint32Array(0), offsets, targets: Uint32Array.from(targets) }
}

/** Every column of a report, to copy it and do no more. */
export function columnsOf({ exports, peers, references }: Report): (Float64Array | Uint32Array)[] {
  const lists = [exports.ids, exports.versions, references.offsets, references.targets]
  for (const { rows, imports } of peers)
    lists.push(rows.exports, rows.granted, rows.added, imports.ids, imports.used, imports.clocks)
  return lists.filter((list) => list instanceof Float64Array || list instanceof Uint32Array)
}
