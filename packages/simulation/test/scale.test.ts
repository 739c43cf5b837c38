/** The curves that ought to be flat are, in messages and bytes; every run of these scenarios checks that exactly the garbage went. */
import { beforeAll, describe, expect, test } from 'vitest'
import { runLive } from '../src/scale/scenarios/live.js'
import { type NodesResult, runNodes } from '../src/scale/scenarios/nodes.js'
import { runPings } from '../src/scale/scenarios/pings.js'
import { runRing } from '../src/scale/scenarios/rings.js'
import { checkStructures, garbageLeft } from '../src/scale/structures/check-structures.js'
import { longRing } from '../src/scale/structures/rings.js'
import { ScaleWorld } from '../src/scale/world/scale-world.js'

/** From end to end a flat curve rises by no more. */
const LIMIT = 1.1

const rise = (values: readonly number[]): number => Math.max(...values) / Math.min(...values)

describe('more nodes with the same suspects on each', () => {
  const counts = [10, 100, 300]
  let results: NodesResult[] = []
  beforeAll(() => {
    results = counts.map((nodes) => runNodes({ nodes, suspects: 100 }))
  }, 60_000)
  const ofNode = (costOf: (result: NodesResult) => number): number[] =>
    results.map((result, place) => costOf(result) / counts[place])

  test('cost the same bytes a node, in a first round, an idle one, and until garbage is gone', () => {
    expect(rise(ofNode(({ first }) => first.bytes))).toBeLessThan(LIMIT)
    expect(rise(ofNode(({ idle }) => idle.bytes))).toBeLessThan(LIMIT)
    expect(rise(ofNode(({ collecting }) => collecting.bytes))).toBeLessThan(LIMIT)
  })

  test('take two messages a node and round, and one round to collect', () => {
    expect(ofNode(({ first }) => first.messages)).toEqual([2, 2, 2])
    expect(ofNode(({ idle }) => idle.messages)).toEqual([2, 2, 2])
    expect(results.map(({ roundsToCollect }) => roundsToCollect)).toEqual([1, 1, 1])
  })

  test('report only what has changed after the first round', () => {
    for (const { first, idle } of results) expect(idle.bytes * 5).toBeLessThan(first.bytes)
  })
})

describe('a fixed garbage', () => {
  test('costs the same bytes and messages beside ten times as much that is live', () => {
    const results = [1000, 10_000].map((live) => runLive({ nodes: 20, live, rings: 100, hops: 10 }))
    expect(rise(results.map(({ collecting }) => collecting.bytes))).toBeLessThan(LIMIT)
    expect(rise(results.map(({ idle }) => idle.bytes))).toBeLessThan(LIMIT)
    expect(new Set(results.map(({ collecting }) => collecting.messages)).size).toBe(1)
    expect(results.map(({ roundsToCollect }) => roundsToCollect)).toEqual([1, 1])
  })
})

describe('a ring', () => {
  test.each([
    { over: 'two nodes', nodes: () => 2 },
    { over: 'ten nodes', nodes: () => 10 },
    { over: 'as many nodes as it has hops, up to 300', nodes: (hops: number) => Math.min(hops, 300) },
  ])('goes in one round whatever its length, over $over', ({ nodes }) => {
    const rounds = [2, 10, 100, 1000, 10_000].map((hops) => runRing({ nodes: nodes(hops), hops }).rounds)
    expect(rounds).toEqual([1, 1, 1, 1, 1])
  })

  test('takes one round more when the round itself finds that its anchor is gone', () => {
    const world = new ScaleWorld({ members: 10 })
    world.linkCoordinator()
    const ring = longRing(world, 1000)
    ring.letGo()
    world.round()
    // The anchor has gone, and its drop has come too late for the report.
    expect(garbageLeft(world, [ring])).toBe(1000)
    world.round()
    checkStructures(world, [ring])
  })
})

test('leases cost a node the same bytes however many there are', () => {
  const bytes = [10, 50].map((nodes) => runPings({ nodes }).cost.bytes / nodes)
  expect(rise(bytes)).toBeLessThan(LIMIT)
})
