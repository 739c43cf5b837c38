/** A process of the cluster: a node with a face and its load, and a clerk that has to do with the durable node. */
import { Random } from '@holdfast/core'
import { createNode } from 'holdfast'
import { answerDeeds, say } from '../processes/answer-deeds.js'
import { Clerk } from '../workload/clerk.js'
import { log } from '../workload/log.js'
import { type Lifetime, lifetimeName } from '../workload/tag.js'
import { walk } from '../workload/walk.js'
import { Workload } from '../workload/workload.js'
import { joinPatiently, natsOf, vaultOpener, webSocketOptions } from './network.js'
import { DRIFT, type MemberSettings, settingsOf } from './settings.js'

const { name, incarnation, peers, term, network, seed, boundMs, flaw } = settingsOf<MemberSettings>()
const lease = { term, drift: DRIFT }
const lifetime = lifetimeName(name, incarnation)
const random = new Random(seed)

const node = createNode({
  id: name,
  incarnation,
  lease,
  rounds: { shortest: term, longest: term * 4, share: 0.1 },
  reconnectMs: term * 2,
  ...(network.type === 'websocket'
    ? { coordinator: [...peers, name].sort()[0], webSocket: webSocketOptions(term) }
    : {}),
  dial: (peer) => (network.type === 'websocket' ? network.urls[peer] : null),
})
for (const type of ['peer-up', 'peer-down', 'peer-restarted', 'peer-expired', 'peer-gone', 'alarm'] as const) {
  node.on(type, (event) => {
    log(JSON.stringify(event))
    if (event.type === 'peer-expired') say({ type: 'expired', peer: event.peer })
    if (event.type === 'alarm') say({ type: 'alarm', event })
  })
}
const workload = new Workload({
  node,
  lifetime,
  peers,
  random,
  boundMs,
  flaw,
  onTrouble: (trouble) => {
    log(JSON.stringify(trouble))
    say({ type: 'trouble', trouble })
  },
})
const { attempts } = workload
const clerkSelf = { name: `${name}-clerk`, incarnation }
const open = await vaultOpener(clerkSelf, network, term)
const clerk = new Clerk({ ...clerkSelf, lease, random, attempts, open })
let port: number | null = null
if (network.type === 'websocket') port = Number(new URL((await node.listen(0)).address ?? '').port)
else await joinPatiently(() => node.join(natsOf(network, term)))

answerDeeds({
  port: () => port,
  begin() {
    workload.begin()
    clerk.begin()
  },
  pause() {
    workload.pause()
    clerk.pause()
  },
  open: () => attempts.open + workload.arrivals.unsure,
  prune: (live: Lifetime[]) => workload.prune(new Set(live)),
  greet: (live: Lifetime[]) => workload.greet(new Set(live)),
  walk: (live: Lifetime[]) => walk(workload, new Set(live)),
  takeStock: () => clerk.takeStock(),
  collectGarbage: async () => {
    await workload.collectGarbage()
    clerk.node.collectLocally()
  },
  collect: async () => (await node.collect()).condemned,
  ledgers: () => ({
    notes: workload.desks.notes,
    acknowledged: workload.acknowledged,
    added: clerk.acknowledged.toJSON(),
  }),
  state: () => ({
    living: workload.own.living,
    tables: node.tables,
    pendingCalls: node.stats().pendingCalls,
    clerkTables: clerk.node.tables,
    clerkObjects: clerk.node.heap.objectCount,
    peers: node.peers,
    succeeded: attempts.succeeded,
    failed: attempts.failed,
  }),
  memory: () => {
    const { rss, heapUsed, external } = process.memoryUsage()
    return { rss, heapUsed, external }
  },
})
