/** Calls of an application one after another, to a node with which many cycles are shared, while rounds of tracing go on or not. */
import { once } from 'node:events'
import { MessageChannel, Worker } from 'node:worker_threads'
import { createNode, type HoldfastNode, type Remote } from '@holdfast/node'
import { type Interval, overlapOf, type Pauses, PauseWatch, sinceEpoch } from '../measure/pauses.js'
import { QUIET } from '../measure/quiet.js'
import { median, quantile } from '../measure/statistics.js'
import type { Sample, Variant } from '../suite.js'
import { Half, Root } from './half.js'

interface Service {
  make(): Half
  echo(value: number): number
  begin(): void
  end(): Pauses
}

export interface MeanwhileOptions {
  readonly isCollecting: boolean
  readonly cycles: number
  /** How long a round lasts, in ms; longer where no call was answered by then. */
  readonly timeMs: number
}

/** Cycles that are made at a time. */
const AT_ONCE = 1_000
const US_PER_MS = 1_000

export async function startCallsMeanwhile(options: MeanwhileOptions): Promise<Variant> {
  const { port1, port2 } = new MessageChannel()
  const worker = new Worker(new URL('./calls-meanwhile-worker.js', import.meta.url), {
    workerData: { port: port2 },
    transferList: [port2],
  })
  const node = createNode({ id: 'main', ...QUIET })
  await Promise.all([once(worker, 'message'), node.connect(port1)])
  const service = await node.lookup<Service>('worker', 'service')
  await entangle(node, service, options.cycles)
  // Whole reports go once; what is measured is a cluster that runs on.
  await node.collect()
  return {
    round: () => callMeanwhile(node, service, options),
    async close() {
      node.close()
      await worker.terminate()
    },
  }
}

async function entangle(node: HoldfastNode, service: Remote<Service>, cycles: number): Promise<void> {
  const root = new Root()
  node.publish('root', root)
  for (let made = 0; made < cycles; made += AT_ONCE) {
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, cycles - made) }, async () => {
        const near = new Half()
        const far = await service.make()
        near.meet(far)
        root.halves.push(near)
        await far.meet(near)
      }),
    )
  }
}

async function callMeanwhile(
  node: HoldfastNode,
  service: Remote<Service>,
  { isCollecting, timeMs }: MeanwhileOptions,
): Promise<Sample> {
  await service.begin()
  const watch = new PauseWatch()
  const endsAt = performance.now() + timeMs
  const calls: Interval[] = []
  const goesOn = (now: number): boolean => now < endsAt || calls.length === 0
  const rounds: number[] = []
  let isRoundUnderWay = !isCollecting
  const collect = async (): Promise<void> => {
    while (isCollecting && goesOn(performance.now())) {
      const startedAt = performance.now()
      isRoundUnderWay = true
      await node.collect()
      isRoundUnderWay = false
      rounds.push(performance.now() - startedAt)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const call = async (): Promise<void> => {
    for (let now = performance.now(); goesOn(now); ) {
      const isCounted = isRoundUnderWay
      await service.echo(calls.length)
      const answeredAt = performance.now()
      if (isCounted) calls.push(sinceEpoch(now, answeredAt))
      await new Promise((resolve) => setImmediate(resolve))
      now = performance.now()
    }
  }
  await Promise.all([collect(), call()])
  return sampleOf(calls, { near: watch.stop(), far: await service.end(), rounds })
}

function sampleOf(
  calls: readonly Interval[],
  { near, far, rounds }: { readonly near: Pauses; readonly far: Pauses; readonly rounds: readonly number[] },
): Sample {
  const collections = [...near.collections, ...far.collections].filter(([from, to]) => to - from >= 1)
  const us = ([from, to]: Interval): number => (to - from) * US_PER_MS
  const apart = calls.filter((call) => overlapOf(call, collections) === 0).map(us)
  return {
    p50: apart.length === 0 ? null : quantile(apart, 0.5),
    p99: apart.length === 0 ? null : quantile(apart, 0.99),
    'p99, those in V8’s collections too': quantile(calls.map(us), 0.99),
    'longest slice': Math.max(...near.late, ...far.late),
    'longest collection of V8': Math.max(0, ...collections.map(([from, to]) => to - from)),
    round: rounds.length === 0 ? null : median(rounds),
  }
}
