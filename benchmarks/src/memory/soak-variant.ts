/**
 * One churn: a peer comes, calls, holds, entangles its objects with ours in cycles, and closes; now and then one comes in a worker thread,
 * which is terminated while it holds all of that. The peer in this thread has its memory in this heap, so what it leaves is seen, too.
 */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { MessageChannel, Worker } from 'node:worker_threads'
import { byReference, createNode, type HoldfastNode } from '@holdfast/node'
import { usedBytes } from '../measure/memory.js'
import { QUIET } from '../measure/quiet.js'
import type { Variant } from '../suite.js'
import { CALLS, HOST, Item, LEASE, visit } from './visit.js'

/** Every so many churns a worker takes part and crashes. */
const CRASH_EVERY = 5
/** Until all that crashed peers held is gone: a lease and its quarantine, and some. */
const SETTLE_MS = 14 * LEASE.term

/** @param rounds that will be asked for: in the last, everybody else is gone */
export function startSoak(rounds: number): Variant {
  // Compiled code lies on the heap and comes for minutes: growth, and no leak.
  for (const compiler of ['--no-opt', '--no-sparkplug']) setFlagsFromString(compiler)
  const node = createNode({ id: HOST, lease: LEASE, ...QUIET })
  const service = byReference({ make: () => new Item(), echo: (value: number) => value })
  node.publish('service', service)
  let churns = 0
  return {
    async round() {
      churns++
      const calls = await comeAndGo(node, `visitor-${churns}`)
      if (churns % CRASH_EVERY === 0) await comeAndCrash(node, `worker-${churns}`)
      const isLast = churns === rounds
      if (isLast && churns >= CRASH_EVERY) await sleep(SETTLE_MS)
      await node.collect()
      const { exports, imports, pins } = node.tables
      const entries = exports + imports + pins
      return {
        'heap after churn': await usedBytes(),
        'tables after churn': entries,
        'left in tables': isLast ? entries : null,
        calls,
      }
    },
    close: () => node.close(),
  }
}

/** @returns calls a second; null when the visit was cut short */
async function comeAndGo(node: HoldfastNode, name: string): Promise<number | null> {
  const { port1, port2 } = new MessageChannel()
  const peer = createNode({ id: name, lease: LEASE, ...QUIET })
  await Promise.all([node.connect(port1), peer.connect(port2)])
  const startedAt = performance.now()
  const isWhole = (await visit(peer)) !== null
  const seconds = (performance.now() - startedAt) / 1000
  // What is held so far goes by reference listing and by a round, the rest with the peer.
  await node.collect()
  peer.close()
  return isWhole ? CALLS / seconds : null
}

async function comeAndCrash(node: HoldfastNode, name: string): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  const worker = new Worker(new URL('./crashing-worker.js', import.meta.url), {
    workerData: { name, port: port2 },
    transferList: [port2],
  })
  const isHolding = once(worker, 'message')
  await node.connect(port1)
  await isHolding
  await worker.terminate()
}
