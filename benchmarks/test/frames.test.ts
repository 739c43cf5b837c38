import { decodeReport, encodeReport } from '@holdfast/tracing'
import { expect, it } from 'vitest'
import { ChannelPair } from '../src/frames/channel-pair.js'
import { columnsOf, sampleReport } from '../src/frames/sample-report.js'

it('every message of a turn arrives, with a few bytes besides its own', () => {
  const pair = new ChannelPair()
  const { there, back, delivered } = pair.count(() => pair.turn(Array.from({ length: 100 }, () => new Uint8Array(32))))
  expect(delivered).toBe(100)
  expect(there).toBeGreaterThan(3200)
  expect(there).toBeLessThan(3500)
  expect(back).toBeGreaterThan(0)
})

it('a message that is greater than a frame and the window arrives whole', () => {
  const pair = new ChannelPair()
  const bytes = 10 * 1024 * 1024
  const { there, delivered } = pair.count(() => pair.turn([new Uint8Array(bytes)]))
  expect(delivered).toBe(1)
  expect(there).toBeGreaterThan(bytes)
})

it('a sample report survives the wire, and all its columns are copied', () => {
  const report = sampleReport(100)
  expect(decodeReport(encodeReport(report))).toEqual(report)
  expect(columnsOf(report)).toHaveLength(4 + 3 * 6)
})
