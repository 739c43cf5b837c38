import { Random } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import type { Cluster } from '../src/controller/cluster.js'
import type { Disk } from '../src/controller/disk.js'
import { drawFault } from '../src/controller/draw-fault.js'
import { FAULT_KINDS, FaultContext } from '../src/controller/fault.js'
import { webSocketWires } from '../src/controller/wires.js'
import type { NatsServer } from '../src/network/nats-server.js'

const members = ['m1', 'm2', 'm3']

/** The faults of a seed, none of which is begun. */
async function drawn(seed: number, server: NatsServer | null, count: number) {
  const wires = await webSocketWires(members)
  const cluster = { members } as unknown as Cluster
  const context = new FaultContext({ cluster, wires, disk: {} as Disk, server, term: 1000, random: new Random(seed) })
  const faults = Array.from({ length: count }, () => drawFault(context))
  wires.close()
  return faults.map(({ kind, what, ms, pairs }) => ({ kind, what, ms, pairs }))
}

describe('faults', () => {
  it('are the same ones for the same seed, and others for another', async () => {
    expect(await drawn(7, null, 50)).toEqual(await drawn(7, null, 50))
    expect(await drawn(7, null, 50)).not.toEqual(await drawn(8, null, 50))
  })

  it('are of every kind, those of the server where there is one', async () => {
    const kinds = async (server: NatsServer | null) =>
      new Set((await drawn(20_261_201, server, 1000)).map(({ kind }) => kind))
    const all = Object.keys(FAULT_KINDS)
    expect([...(await kinds({} as NatsServer))].sort()).toEqual(all.toSorted())
    expect([...(await kinds(null))].sort()).toEqual(all.filter((kind) => !kind.endsWith(' server')).sort())
  })

  it('never kill the last member, and keep nobody apart for as long as a quarantine', async () => {
    for (const { kind, what, ms } of await drawn(3, {} as NatsServer, 1000)) {
      if (kind === 'kill') expect(['m1', 'm2']).toContain(what)
      expect(ms).toBeLessThanOrEqual(4000)
    }
  })
})
