/** Random programs on three nodes, under the real V8, with exact traces and rounds in between and meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ExactCells } from '../support/exact-cells.js'
import { collectGarbage, useFaceWorld } from '../support/face.js'

const { HOLDFAST_SEED = '1', HOLDFAST_RUNS = '2' } = process.env
const seeds = Array.from({ length: Number(HOLDFAST_RUNS) }, (_, run) => Number(HOLDFAST_SEED) + run)

describe('random programs with cells of all kinds', () => {
  const world = useFaceWorld()

  it.each(seeds)(
    'keep what they can get at, and nothing else (HOLDFAST_SEED=%i)',
    async (seed) => {
      const nodes = await world.mesh('alice', 'bob', 'carol')
      const cells = new ExactCells(nodes, seed)
      const alarms: unknown[] = []
      for (const node of nodes) node.on('alarm', (alarm) => alarms.push(alarm))
      const findAll = async (): Promise<void> => {
        await sleep(20)
        await collectGarbage()
        for (const node of nodes) await node.traceExact()
        let condemned = 1
        while (condemned > 0) ({ condemned } = await nodes[0].collect())
        await sleep(20)
        for (const node of nodes) await node.collectLocally()
        await collectGarbage()
      }
      for (let round = 0; round < 3; round++) {
        await cells.steps(40)
        const traced = nodes.map((node) => node.traceExact())
        await cells.steps(8)
        await Promise.all(traced)
        const collected = nodes[0].collect()
        await cells.steps(8)
        await collected
        await cells.visitAll()
        expect(cells.wrongs).toEqual([])
      }
      await findAll()
      expect(cells.there).toEqual(cells.live)
      await cells.visitAll()
      expect(cells.wrongs).toEqual([])
      cells.letGoOfAll()
      await findAll()
      await world.settle()
      expect([cells.there, alarms]).toEqual([[], []])
    },
    120_000,
  )
})
