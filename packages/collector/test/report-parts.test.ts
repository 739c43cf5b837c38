/** Reports go in parts, one a turn, behind all else: docs/protocol.md, "Cycles that span nodes". */
import type { Message } from '@holdfast/core'
import { isDelta } from '@holdfast/tracing'
import { describe, expect, it } from 'vitest'
import { IncomingReport, MAX_REPORT_BYTES } from '../src/report-parts.js'
import { messagesIn } from './support/frames.js'
import { checkNothingLeft } from './support/oracle.js'
import { alive, letGo, type Placed, tieRing } from './support/ring.js'
import { watch } from './support/watch.js'
import { node, World, type WorldOptions } from './support/world.js'

const NAMES = ['alice', 'bob', 'judge']
const PART_BYTES = 4

interface Scene {
  readonly world: World
  /** Garbage, of which alice's report takes many parts. */
  readonly garbage: readonly Placed[]
}

function rings(options: WorldOptions = {}, count = 20): Scene {
  const collector = { reportPartBytes: PART_BYTES, ...options.collector }
  const world = new World(NAMES, { ...options, collector })
  const garbage = Array.from({ length: count }, () => tieRing(world, ['alice', 'bob'])).flat()
  letGo(world, garbage)
  return { world, garbage }
}

/** What alice has put on her wire to the judge, from here on. */
function toTheJudge(world: World): Message[] {
  const messages: Message[] = []
  world.onFrame = (from, frame) => {
    if (from === 'alice') messages.push(...messagesIn(frame))
  }
  return messages
}

const reportBytes = (messages: readonly Message[]): number =>
  messages.reduce((sum, message) => sum + (message.type === 'dgc:report' ? message.report.length : 0), 0)

/** How many reports of alice the judge has whole. */
const reported = (world: World): number =>
  world.told('judge', 'reported').filter(({ effect }) => effect.by === 'alice').length

describe('a report of many parts', () => {
  it('goes one part a turn, and what the program sends meanwhile goes before the rest', () => {
    const { world } = rings()
    const messages = toTheJudge(world)
    world.report('alice', 'judge')
    expect(messages).toMatchObject([{ type: 'dgc:report', part: 0, more: true }])
    world.send('alice', { node: 'judge' })
    expect(messages.slice(1)).toMatchObject([{ type: 'call' }, { type: 'dgc:report', part: 1, more: true }])
    expect(world.node('alice').collector.nextDeadline()).toBe(world.now)
    world.advance(0)
    expect(messages.slice(3)).toMatchObject([{ type: 'dgc:report', part: 2, more: true }])
    world.settle()
    const parts = messages.filter((message) => message.type === 'dgc:report')
    expect(parts.map(({ part }) => part)).toEqual(parts.map((_, place) => place))
    expect(parts.map(({ more }) => more)).toEqual(parts.map((_, place) => place < parts.length - 1))
    expect(Math.max(...parts.map(({ report }) => report.length))).toBe(PART_BYTES)
    expect(parts.length).toBeGreaterThan(5)
    expect(reported(world)).toBe(1)
  })

  it('serves a round like any other', () => {
    const { world, garbage } = rings()
    world.round('judge')
    expect(alive(world, garbage)).toEqual(garbage.map(() => false))
    checkNothingLeft(world)
  })

  it('makes newer ones wait: the newest is written when it is all sent, with its changes only', () => {
    const { world } = rings()
    const parts = watch(world, 'dgc:report', 'alice')
    for (let count = 0; count < 4; count++) world.report('alice', 'judge')
    expect(parts.every(({ more }) => more)).toBe(true)
    world.settle()
    const firsts = parts.filter(({ part }) => part === 0)
    expect(firsts.map(({ report }) => isDelta(report))).toEqual([false, true])
    expect(reported(world)).toBe(2)
  })

  it('leaves the queue of its session to the program while the coordinator is silent, and goes on when it is not', () => {
    const maxUnackedBytes = 1600
    const limits = {
      maxFrameBytes: 512,
      maxMessageBytes: 256,
      maxUnackedBytes,
      maxReorderedBytes: 512,
      windowBytes: 512,
    }
    const { world, garbage } = rings({ collector: { limits, reportPartBytes: 1 << 16 } }, 200)
    const messages = toTheJudge(world)
    world.report('alice', 'judge')
    for (let turn = 0; turn < 50; turn++) world.advance(0)
    expect(reportBytes(messages)).toBeLessThanOrEqual(maxUnackedBytes / 4)
    expect(messages.at(-1)).toMatchObject({ more: true })
    for (let call = 0; call < 20; call++) world.send('alice', { node: 'judge' })
    world.settle()
    // It has more bytes than a message may have, or its queue.
    expect(reportBytes(messages)).toBeGreaterThan(maxUnackedBytes)
    expect(reported(world)).toBe(1)
    world.round('judge')
    expect(alive(world, garbage)).toEqual(garbage.map(() => false))
  })

  it('is forgotten with its session; the next one is whole', () => {
    const { world, garbage } = rings({ hasFaults: true })
    const parts = watch(world, 'dgc:report', 'alice')
    world.report('alice', 'judge')
    world.report('alice', 'judge')
    world.deliver('alice', 'judge')
    world.step('judge', { type: 'end-session', peer: node('alice'), reason: 'for a test', isFinal: false })
    world.later(50)
    expect(parts.at(-1)?.more).toBe(true)
    expect(world.node('alice').collector.nextDeadline()).not.toBe(world.now)
    world.join('alice', 'judge')
    world.later(50)
    const before = parts.length
    world.round('judge')
    const later = parts.slice(before)
    expect(later[0]).toMatchObject({ part: 0 })
    expect(isDelta(later[0].report)).toBe(false)
    expect(alive(world, garbage)).toEqual(garbage.map(() => false))
  })

  it('is asked for anew by a coordinator that has forgotten its first parts', () => {
    const { world } = rings()
    const parts = watch(world, 'dgc:report', 'alice')
    world.report('alice', 'judge')
    world.deliver('alice', 'judge')
    world.step('judge', { type: 'checkpoint' })
    world.settle()
    expect(parts.filter(({ part }) => part === 0)).toHaveLength(2)
    expect(reported(world)).toBe(1)
  })

  it('goes on where it was when its node comes back from an image', () => {
    const { world, garbage } = rings({ hasFaults: true })
    const parts = watch(world, 'dgc:report', 'alice')
    world.report('alice', 'judge')
    world.step('alice', { type: 'checkpoint' })
    const image = world.node('alice').resume()
    world.settle()
    expect(parts.map(({ part }) => part)).toEqual(parts.map((_, place) => place))
    // What went out since has changed nothing of the image.
    const frames = world
      .node('alice')
      .another(image)
      .step({ type: 'deadline' }, world.now)
      .flatMap((effect) => (effect.type === 'transmit' ? messagesIn(effect.frame) : []))
    expect(frames).toMatchObject([{ type: 'dgc:report', part: 1 }])
    expect(reported(world)).toBe(1)
    world.round('judge')
    expect(alive(world, garbage)).toEqual(garbage.map(() => false))
  })
})

describe('what comes in of a report', () => {
  it('is put together in order', () => {
    const report = new IncomingReport()
    report.add(Uint8Array.of(1, 2))
    report.add(Uint8Array.of(3))
    expect(report.count).toBe(2)
    expect(report.joined()).toEqual(Uint8Array.of(1, 2, 3))
  })

  it('does not keep the frames alive that small parts came in', () => {
    const frame = new Uint8Array(1000)
    const report = new IncomingReport()
    report.add(frame.subarray(10, 20))
    frame.fill(9)
    expect(report.joined()).toEqual(new Uint8Array(10))
  })

  it('is bounded, by its bytes and by its parts', () => {
    const large = new IncomingReport()
    const quarter = new Uint8Array(MAX_REPORT_BYTES / 4)
    for (let count = 0; count < 3; count++) large.add(quarter)
    expect(() => large.add(quarter)).toThrow(/over the limit/)
    const small = new IncomingReport()
    const byte = Uint8Array.of(1)
    expect(() => {
      while (small.count < MAX_REPORT_BYTES / 100) small.add(byte)
    }).toThrow(/over the limit/)
    expect(() => small.add(new Uint8Array(0))).toThrow(/empty/)
  })
})
