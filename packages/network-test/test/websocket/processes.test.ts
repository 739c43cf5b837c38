/** Real processes over WebSockets. */
import { TcpProxy } from '@holdfast/fault-bench/tcp-proxy'
import { afterAll, describe, expect, it } from 'vitest'
import { type Member, useMembers } from '../support/member.js'
import { connectionCases, partitionCases, processCases } from '../support/process-cases.js'
import { PLAYED, processesCommand } from '../support/processes-command.js'

/** Each listens, and connects to those before it: the first need not stay the one that all depend on. */
async function join(...members: Member[]): Promise<void> {
  const addresses: string[] = []
  for (const member of members) {
    for (const address of addresses) await member.do('connect', address)
    addresses.push((await member.do('listen', 0)) as string)
  }
}

describe('processes joined by WebSockets', () => {
  const world = { members: useMembers(), join }
  processCases(world)
  connectionCases(world)
})

describe('processes joined by WebSockets, each pair through a proxy', () => {
  const proxies = new Map<Member, TcpProxy[]>()
  afterAll(() => {
    for (const proxy of [...proxies.values()].flat()) proxy.close()
  })
  const note = (member: Member, proxy: TcpProxy): void => {
    proxies.set(member, [...(proxies.get(member) ?? []), proxy])
  }
  partitionCases({
    members: useMembers(() => ({ isTold: false })),
    async join(...members) {
      for (const [place, member] of members.entries()) {
        const port = Number(new URL((await member.do('listen', 0)) as string).port)
        for (const later of members.slice(place + 1)) {
          const proxy = await TcpProxy.before(port)
          for (const end of [member, later]) note(end, proxy)
          await later.do('connect', proxy.address)
        }
      }
    },
    cut(member, isCut) {
      for (const proxy of proxies.get(member) ?? [])
        for (const way of ['forth', 'back'] as const) proxy.lose(way, isCut)
    },
  })
})

describe('holdfast processes', () => {
  it('shows three processes, of which one is killed, and what it held freed', async () => {
    expect(await processesCommand()).toEqual(['owner  is process …, at ws://127.0.0.1:…/', ...PLAYED])
  })
})
