import { type Column, type Incarnation, nodeId, ProtocolError, Random } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { Collage } from '../src/collage.js'
import {
  decodeDelta,
  deltaSize,
  diffReports,
  encodeDelta,
  encodeReport,
  isDelta,
  type NamedReport,
  namedByPlace,
  type Report,
} from '../src/index.js'
import { patchReport } from '../src/patch-report.js'
import { weakReports } from './support/random-collage.js'

const SEQUENCES = 400
const REPORTS_EACH = 6

/** Reports of one node that have little to do with each other, in a row. */
function sequence(seed: number): Report[] {
  const reports: Report[] = []
  for (let next = seed * 1000; reports.length < REPORTS_EACH; next++) {
    const [report] = weakReports(next)
    if (report?.node === 'alice') reports.push({ ...report, number: reports.length + 1 })
  }
  return reports.map((report) => withLastingInner(report, new Random(seed + report.number)))
}

/** Inner vertices are some of five objects, in any order. */
function withLastingInner(report: Report, random: Random): Report {
  const keys = [11, 12, 13, 14, 15].sort(() => random.fraction() - 0.5)
  return { ...report, references: { ...report.references, inner: keys.slice(0, report.references.inner.length) } }
}

/** The same whatever the order of inner vertices. */
function canonical({ report, names }: NamedReport): unknown {
  const { exports, references } = report
  const labels = [
    ...Array.from(exports.ids, (id) => `export ${id}`),
    ...Array.from(references.inner, (_, place) => `inner ${names[exports.ids.length + place]}`),
    ...report.peers.flatMap((peer) => Array.from(peer.imports.ids, (id) => `import ${id} of ${peer.node}`)),
  ]
  const rows = labels.slice(0, references.offsets.length - 1).map((label, source) => {
    const targets = references.targets.subarray(references.offsets[source], references.offsets[source + 1])
    return `${label}: ${[...targets]
      .map((target) => labels[target])
      .sort()
      .join()}`
  })
  const weak = Array.from(report.weak ?? [], (place) => `${labels[place]} called ${names[place]}`)
  const plain = JSON.parse(
    JSON.stringify({ ...report, references: null, weak: weak.sort() }, (_, value: unknown) =>
      ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value,
    ),
  ) as unknown
  return { plain, rows: rows.sort() }
}

describe('a delta', () => {
  it('leads from any report to the next, over the wire, time after time', () => {
    for (let seed = 1; seed <= SEQUENCES; seed++) {
      const [first, ...rest] = sequence(seed)
      let here = namedByPlace(first)
      let there = namedByPlace(first)
      for (const next of rest) {
        const { delta, named } = diffReports(here, next)
        const bytes = encodeDelta(delta)
        expect(isDelta(bytes)).toBe(true)
        there = patchReport(there, decodeDelta(bytes))
        expect(canonical(there), `seed ${seed}`).toEqual(canonical(named))
        here = named
      }
    }
  })

  it('of a report that repeats the last lists nothing, and is a few bytes a peer', () => {
    const [first] = sequence(7)
    const { delta } = diffReports(namedByPlace(first), { ...first, number: 2, clock: first.clock + 5 })
    expect(deltaSize(delta)).toBe(0)
    expect(encodeDelta(delta).length).toBeLessThan(30 + 30 * first.peers.length)
  })

  it('lists nothing of what is weakly held as long as that is the same, and a byte or two for what is not', () => {
    const plain = { ...sequence(4)[0], weak: undefined }
    const held = { ...plain, weak: [0] }
    const again = diffReports(namedByPlace(held), { ...held, number: 2 }).delta
    expect(again.weak).toBeUndefined()
    const cleared = diffReports(namedByPlace(held), { ...plain, number: 2 }).delta
    expect([cleared.weak, deltaSize(cleared)]).toEqual([[0], 1])
    expect(encodeDelta(cleared).length).toBe(encodeDelta(again).length + 2)
    expect(patchReport(namedByPlace(held), decodeDelta(encodeDelta(cleared))).report.weak).toBeUndefined()
  })

  it('is refused when it names what is not there', () => {
    const [first, next] = sequence(3)
    const { delta } = diffReports(namedByPlace(first), next)
    const mistakes = [
      { gone: [9999] },
      { quarantined: [9999] },
      { moved: { names: [9999], versions: [1] } },
      { references: { sources: [9999], offsets: Uint32Array.of(0, 0), targets: [] } },
      { weak: [9999] },
      { newExports: { ids: [first.exports.ids[0]], versions: [1] }, gone: [] },
    ]
    for (const mistake of mistakes) {
      const damaged = { ...delta, ...mistake }
      expect(() => patchReport(namedByPlace(first), damaged), JSON.stringify(mistake)).toThrow(ProtocolError)
    }
  })

  it('that is damaged on the wire is refused by name, or leads to a report with sound indexes', () => {
    const [first, next] = sequence(5)
    const bytes = encodeDelta(diffReports(namedByPlace(first), next).delta)
    for (let at = 1; at < bytes.length; at++) {
      for (const bit of [1, 16, 128]) {
        const damaged = bytes.slice()
        damaged[at] ^= bit
        let report: Report
        try {
          report = patchReport(namedByPlace(first), decodeDelta(damaged)).report
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
          continue
        }
        const { references, exports, peers, weak = [] } = report
        const vertices =
          exports.ids.length + references.inner.length + peers.reduce((sum, peer) => sum + peer.imports.ids.length, 0)
        expect(Math.max(-1, ...references.targets)).toBeLessThan(vertices)
        expect(Math.max(-1, ...Array.from(weak))).toBeLessThan(vertices)
        expect(references.offsets.length).toBe(exports.ids.length + references.inner.length + 1)
        for (const { rows } of peers) expect(Math.max(-1, ...Array.from(rows.exports))).toBeLessThan(exports.ids.length)
      }
    }
  })
})

/** The same suspects with other stamps here and there. */
function restamped(report: Report, random: Random): Report {
  const often = random.pick([0, 0.1, 1])
  const moved = (column: Column): Float64Array =>
    Float64Array.from(column, (value) => (random.chance(often) ? value + 1 + random.below(5) : value))
  const peers = report.peers.map((peer) => ({
    ...peer,
    sent: peer.sent + random.below(3),
    received: peer.received + random.below(3),
    imports: { ...peer.imports, used: moved(peer.imports.used), clocks: moved(peer.imports.clocks) },
  }))
  const quarantined = Array.from({ length: report.exports.ids.length }, (_, place) => place).filter(() =>
    random.chance(often),
  )
  const exports = { ...report.exports, versions: moved(report.exports.versions), quarantined }
  return { ...report, number: report.number + 1, clock: report.clock + 1, exports, peers, weak: undefined }
}

describe('a delta between reports of the same suspects', () => {
  it('lists the stamps that have changed, and leads from one to the next', () => {
    let moved = 0
    for (let seed = 1; seed <= SEQUENCES; seed++) {
      const random = new Random(seed)
      let next: Report = { ...sequence(seed)[0], weak: undefined }
      let here = namedByPlace(next)
      let there = namedByPlace(next)
      for (let step = 0; step < REPORTS_EACH; step++) {
        next = restamped(next, random)
        const { delta, named } = diffReports(here, next)
        expect([delta.gone, delta.newInner, delta.references.sources]).toEqual([[], 0, []])
        moved += delta.moved.names.length + delta.peers.reduce((sum, { touched }) => sum + touched.names.length, 0)
        there = patchReport(there, decodeDelta(encodeDelta(delta)))
        expect(canonical(there), `seed ${seed}`).toEqual(canonical(namedByPlace(next)))
        expect(canonical(named)).toEqual(canonical(there))
        here = named
      }
    }
    expect(moved).toBeGreaterThan(SEQUENCES)
  })

  it('leaves what both sides have as it was', () => {
    const first: Report = { ...sequence(9)[0], weak: undefined }
    const base = namedByPlace(first)
    const before = canonical(base)
    patchReport(base, diffReports(base, restamped(first, new Random(3))).delta)
    expect(canonical(base)).toEqual(before)
  })

  it('is refused when it names what is not there, or what is of another kind', () => {
    const first: Report = { ...sequence(9)[0], weak: undefined }
    const base = namedByPlace(first)
    const { delta } = diffReports(base, { ...first, number: 2 })
    const imported = base.names.at(-1) as number
    const touching = (name: number) =>
      delta.peers.map((peer) => ({ ...peer, touched: { names: [name], used: [1], clocks: [1] } }))
    for (const mistake of [
      { moved: { names: [9999], versions: [1] } },
      { moved: { names: [imported], versions: [1] } },
      { quarantined: [imported] },
      { peers: touching(9999) },
      { peers: touching(0) },
    ]) {
      expect(() => patchReport(base, { ...delta, ...mistake }), JSON.stringify(mistake)).toThrow(ProtocolError)
    }
  })
})

describe('a collage', () => {
  const [first, second, third] = sequence(2)

  it('takes a delta to the report it has, and asks for a whole one where it has another or none', () => {
    const collage = new Collage()
    const one = diffReports(namedByPlace(first), second)
    const two = diffReports(one.named, third)
    expect(collage.patch(one.delta)).toBe('no-base')
    collage.add(first)
    expect(collage.patch(two.delta)).toBe('no-base')
    expect(collage.patch(one.delta)).toBe('added')
    expect(collage.patch(one.delta)).toBe('stale')
    expect(collage.patch(two.delta)).toBe('added')
    expect(collage.reportOf({ node: nodeId('alice'), incarnation: 1 as Incarnation })?.number).toBe(3)
    collage.forget(nodeId('alice'))
    expect(collage.size).toBe(0)
  })
})

it('whole reports and deltas are told apart', () => {
  const [first] = sequence(1)
  expect(isDelta(encodeReport(first))).toBe(false)
})
