/** How the nodes of a process come by their links. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ProtocolError } from '@holdfast/core'
import { type Link, RealClock } from '@holdfast/transport'
import { natsNetwork } from '@holdfast/transport/nats'
import { connectWebSocket } from '@holdfast/transport/websocket'
import { log } from '../workload/log.js'
import { VAULT } from '../workload/vault-calls.js'
import type { Network } from './settings.js'

const JOIN_AGAIN_MS = 200

/** Notices connections that have died without a word within a term. */
export const webSocketOptions = (term: number) => ({
  keepAliveMs: term / 2,
  connectMs: term * 2,
  introductionMs: term * 2,
  mayDial: () => false,
})

export const natsOf = (network: Network & { readonly type: 'nats' }, term: number) =>
  natsNetwork({
    servers: network.server,
    cluster: network.cluster,
    presenceMs: term / 2,
    connection: { ignoreClusterUpdates: true },
  })

/** Joins as soon as the server can be reached: the process may have been started in the middle of a fault. */
export async function joinPatiently<T>(join: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await join()
    } catch (error) {
      log(String(error))
      if (error instanceof ProtocolError) throw error
      await sleep(JOIN_AGAIN_MS)
    }
  }
}

/** Opens links of a clerk to the durable node. */
export async function vaultOpener(
  self: { readonly name: string; readonly incarnation: number },
  network: Network,
  term: number,
): Promise<() => Promise<Link>> {
  if (network.type === 'websocket') {
    const { keepAliveMs, connectMs } = webSocketOptions(term)
    const clock = new RealClock({ keepAlive: false })
    return () => connectWebSocket(network.urls[VAULT], { keepAliveMs, connectMs, clock })
  }
  const joined = await joinPatiently(() => natsOf(network, term).join(self, { onLink: (link) => link.close() }))
  return async () => joined.connect(VAULT)
}
