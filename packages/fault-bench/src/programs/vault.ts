/** The durable node: what it has acknowledged is there, whatever happens to its process or its disk. */
import { type NodeId, nodeId } from '@holdfast/core'
import { DurableHeapNode } from '@holdfast/node/durable'
import { LevelStore } from '@holdfast/store/level'
import { RealClock } from '@holdfast/transport'
import { listenWebSocket } from '@holdfast/transport/websocket'
import { answerDeeds } from '../processes/answer-deeds.js'
import { log } from '../workload/log.js'
import { hearName } from '../workload/named-link.js'
import { VaultBooks } from '../workload/vault-books.js'
import { VAULT } from '../workload/vault-calls.js'
import { LimitedStore } from './limited-store.js'
import { joinPatiently, natsOf, webSocketOptions } from './network.js'
import { DRIFT, settingsOf, type VaultSettings } from './settings.js'

const { name, term, network, flaw, folder, fullFile } = settingsOf<VaultSettings>()
const level = new LevelStore(folder)
/** How a process ends whose disk is full. */
const DISK_FULL = 3

const node = await DurableHeapNode.open({
  node: nodeId(VAULT),
  store: fullFile === null ? level : new LimitedStore(level, fullFile),
  clock: new RealClock(),
  collector: { lease: { term, drift: DRIFT }, trusts: () => true },
  imageAfterBytes: 16_384,
  connect: () => {},
  onCall: (call) => books.answer(call),
  onEffect: (effect) => {
    if (effect.type === 'transmit') return
    if (!/session|expired|refused|alarm/.test(effect.type)) return
    log(effect.type, 'peer' in effect ? effect.peer : '')
  },
  onStoreFailure: (error) => {
    log(String(error))
    process.exit(DISK_FULL)
  },
  rounds: {
    shortest: term,
    longest: term * 4,
    share: 0.1,
    nodes: (): NodeId[] => [nodeId(VAULT), ...node.sessions().map(({ peer }) => peer)],
  },
})
const books = new VaultBooks(node, flaw)
let port: number | null = null
const hear = (link: Parameters<typeof hearName>[0]): void =>
  hearName(link, (peer, named) => node.addLink(nodeId(peer), named))
if (network.type === 'websocket') {
  const { keepAliveMs } = webSocketOptions(term)
  const { address } = await listenWebSocket(0, (opening) => hear(opening({})), { keepAliveMs })
  port = Number(new URL(address ?? '').port)
} else {
  // Each process is a later member, though the node is the same.
  await joinPatiently(() => natsOf(network, term).join({ name, incarnation: Date.now() }, { onLink: hear }))
}

answerDeeds({
  port: () => port,
  purge: (live: string[]) => books.purge(new Set(live)),
  ledgers: async () => {
    await node.committed()
    return books.ledgers
  },
  collectGarbage: () => void node.collectLocally(),
  state: async () => {
    await node.committed()
    const { tables, heap } = node
    return { tables, objects: heap.objectCount, ledgers: books.ledgerCount, deposits: books.deposits }
  },
  memory: () => {
    const { rss, heapUsed, external } = process.memoryUsage()
    return { rss, heapUsed, external }
  },
})
