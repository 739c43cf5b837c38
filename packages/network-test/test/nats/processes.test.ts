/** Real processes over a NATS server. */

import { NatsServer } from '@holdfast/fault-bench/nats-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Member, useMembers } from '../support/member.js'
import { processCases } from '../support/process-cases.js'
import { PLAYED, processesCommand } from '../support/processes-command.js'

let server: NatsServer
let count = 0

beforeAll(async () => {
  server = await NatsServer.start()
})
afterAll(() => server.stop())

async function join(...members: Member[]): Promise<void> {
  const cluster = `test${++count}`
  for (const member of members) await member.do('join', cluster)
}

describe('processes joined by NATS', () => {
  const members = useMembers(() => ({ servers: server.url }))
  processCases({ members, join })
})

describe('holdfast processes --nats', () => {
  it('shows the same in a cluster on a NATS server', async () => {
    const printed = await processesCommand('--nats', server.url)
    expect(printed).toEqual(['owner  is process …, in the cluster at nats://127.0.0.1:…', ...PLAYED])
  })
})
