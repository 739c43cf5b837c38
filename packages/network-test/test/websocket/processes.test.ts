/** Real processes over WebSockets. */
import { describe, expect, it } from 'vitest'
import { type Member, useMembers } from '../support/member.js'
import { connectionCases, processCases } from '../support/process-cases.js'
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

describe('holdfast processes', () => {
  it('shows three processes, of which one is killed, and what it held freed', async () => {
    expect(await processesCommand()).toEqual(['owner  is process …, at ws://127.0.0.1:…/', ...PLAYED])
  })
})
