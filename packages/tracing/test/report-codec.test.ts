import { ProtocolError } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeReport, encodeReport, importCount, type Report } from '../src/index.js'
import { judge } from '../src/verdict.js'
import { collageOf, randomReports, weakReports } from './support/random-collage.js'

/** Typed or not, a column is its numbers. */
const plain = (report: Report): unknown =>
  JSON.parse(
    JSON.stringify(report, (_, value: unknown): unknown =>
      ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value,
    ),
  )

const bytesOf = fc.integer().map((seed) => {
  const report = weakReports(seed)[0]
  return report === undefined ? new Uint8Array(0) : encodeReport(report)
})

describe('a report as bytes', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        for (const report of weakReports(seed)) {
          const decoded = decodeReport(encodeReport(report))
          expect(plain(decoded)).toEqual(plain(report))
          expect(importCount(decoded)).toBe(importCount(report))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('takes a byte for each vertex that is weakly held, and none where there are none', () => {
    for (let seed = 1; seed < 200; seed++) {
      for (const report of weakReports(seed)) {
        const { weak = [], ...plain } = report
        const bytes = encodeReport(plain)
        expect(encodeReport({ ...plain, weak: undefined })).toEqual(bytes)
        expect(encodeReport({ ...plain, weak: [...Array.from(weak), 99] }).length).toBe(bytes.length + weak.length + 2)
      }
    }
  })

  it('is refused when it holds weakly what is not there', () => {
    const [report] = weakReports(2)
    const vertices = report.references.offsets.length - 1 + importCount(report)
    expect(() => decodeReport(encodeReport({ ...report, weak: [vertices] }))).toThrow(/malformed/)
    expect(decodeReport(encodeReport({ ...report, weak: [vertices - 1] })).weak).toEqual(Float64Array.of(vertices - 1))
  })

  it('takes a few bytes a reference where tables are long and dull', () => {
    const ids = Float64Array.from({ length: 10_000 }, (_, index) => index + 1)
    const ones = ids.map(() => 1)
    const places = ids.map((id) => id - 1)
    const [alice, bob] = ['alice', 'bob'].map((node) => ({ node, incarnation: 1 })) as [Report, Report]
    const targets = Uint32Array.from(places, (place) => 10_000 + place)
    const bytes = encodeReport({
      ...alice,
      number: 1,
      clock: 1,
      exports: { ids, versions: ones, quarantined: [] },
      peers: [
        {
          ...bob,
          session: 1,
          sent: 1,
          received: 1,
          rows: { exports: places, granted: ones, added: ones },
          imports: { ids, used: ones, clocks: ones },
        },
      ],
      references: { inner: [], offsets: Uint32Array.from({ length: 10_001 }, (_, index) => index), targets },
    })
    expect(bytes.length / 10_000).toBeLessThan(8)
  })

  it('is refused by name when damaged, or is a report that a coordinator can live with', () => {
    const changes = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 4 })
    let refused = 0
    fc.assert(
      fc.property(bytesOf, changes, fc.nat(60), (original, list, cut) => {
        const bytes = original.slice(0, Math.max(0, original.length - (cut < 10 ? cut : 0)))
        for (const [at, value] of list) if (bytes.length > 0) bytes[at % bytes.length] = value
        let report: Report
        try {
          report = decodeReport(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
          refused++
          return
        }
        judge(collageOf([report, ...randomReports(list.length)]))
      }),
      { numRuns: 2000 },
    )
    expect(refused).toBeGreaterThan(0)
  })

  it('is refused when it is anything at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        bytes[0] = 1
        try {
          judge(collageOf([decodeReport(bytes)]))
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
