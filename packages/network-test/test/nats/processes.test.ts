/** Real processes over a NATS server. */

import { NatsServer } from '@holdfast/fault-bench/nats-server'
import { TcpProxy } from '@holdfast/fault-bench/tcp-proxy'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Member, useMembers } from '../support/member.js'
import { connectionCases, partitionCases, processCases } from '../support/process-cases.js'
import { PLAYED, processesCommand } from '../support/processes-command.js'

let server: NatsServer
let count = 0
/** Of members that have joined one. */
const clusters = new Map<Member, string>()
/** What the next member connects to, if it is a proxy. */
const proxies: TcpProxy[] = []

beforeAll(async () => {
  server = await NatsServer.start()
})
afterAll(async () => {
  for (const proxy of proxies) proxy.close()
  await server.stop()
})

/** Those that have not joined any yet join the cluster of the others. */
async function join(...members: Member[]): Promise<void> {
  const cluster = members.map((member) => clusters.get(member)).find((known) => known !== undefined) ?? `test${++count}`
  for (const member of members) {
    if (clusters.has(member)) continue
    clusters.set(member, cluster)
    await member.do('join', cluster)
  }
}

describe('processes joined by NATS', () => {
  const world = { members: useMembers(() => ({ servers: server.url })), join }
  processCases(world)
  connectionCases(world)
})

describe('processes joined by NATS, each through a proxy', () => {
  const own = new Map<Member, TcpProxy>()
  const started = useMembers(() => ({ servers: proxies.at(-1)?.address.replace('ws:', 'nats:'), presenceMs: 200 }))
  let starting: Promise<unknown> = Promise.resolve()
  partitionCases({
    members: {
      // One after the other: each has a proxy of its own.
      start(name, options) {
        const begun = starting.then(async () => {
          const proxy = await TcpProxy.before(server.port)
          proxies.push(proxy)
          const member = await started.start(name, options)
          own.set(member, proxy)
          return member
        })
        starting = begun
        return begun
      },
    },
    join,
    cut(member, isCut) {
      for (const way of ['forth', 'back'] as const) own.get(member)?.lose(way, isCut)
    },
  })
})

describe('holdfast processes --nats', () => {
  it('shows the same in a cluster on a NATS server', async () => {
    const printed = await processesCommand('--nats', server.url)
    expect(printed).toEqual(['owner  is process …, in the cluster at nats://127.0.0.1:…', ...PLAYED])
  })
})
