/** One system in this process: its calls to a worker thread of its own, over a link and over one with a delay. */
import { once } from 'node:events'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { assert } from '@holdfast/core'
import { type CallSystemName, type Calls, createCallSystem } from './call-system.js'
import { CHAIN_DELAY_MS, type Slice, type SliceRequest } from './slice.js'

const TEXT = 'hello'

export class CallBench {
  readonly #worker: Worker
  readonly #calls: Calls
  readonly #farCalls: Calls

  private constructor(worker: Worker, calls: Calls, farCalls: Calls) {
    this.#worker = worker
    this.#calls = calls
    this.#farCalls = farCalls
  }

  static async start(name: CallSystemName): Promise<CallBench> {
    const direct = new MessageChannel()
    const far = new MessageChannel()
    const ports = [direct.port2, far.port2]
    const worker = new Worker(new URL('./answerer.js', import.meta.url), {
      workerData: { name, ports },
      transferList: ports,
    })
    await once(worker, 'message')
    const calls = await (await createCallSystem(name, 'caller')).connect(direct.port1)
    const farCalls = await (await createCallSystem(name, 'far-caller')).connect(delayed(far.port1))
    return new CallBench(worker, calls, farCalls)
  }

  /** One at a time. @throws InvariantError when an answer is wrong */
  measure(request: SliceRequest): Promise<Slice> {
    switch (request.kind) {
      case 'sequential':
        return sequential(this.#calls, request.ms)
      case 'in-flight':
        return inFlight(this.#calls, request)
      case 'chain':
        return chains(this.#farCalls, request)
    }
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }
}

async function sequential({ add }: Calls, ms: number): Promise<Slice> {
  const latencies: number[] = []
  const startedAt = performance.now()
  let now = startedAt
  for (let number = 0; now - startedAt < ms; number++) {
    const result = await add(number, TEXT)
    assert(result === number + TEXT, 'the answer is right', { result })
    const before = now
    now = performance.now()
    latencies.push(now - before)
  }
  return sliceOf(latencies, now - startedAt)
}

async function inFlight({ add }: Calls, { width, ms }: { width: number; ms: number }): Promise<Slice> {
  const latencies: number[] = []
  const startedAt = performance.now()
  let now = startedAt
  while (now - startedAt < ms) {
    const results: Promise<unknown>[] = []
    const before = performance.now()
    for (let number = 0; number < width; number++) results.push(add(number, TEXT))
    // The first and the last stand for all: a clock for each would be measured as well.
    await results[0]
    latencies.push(performance.now() - before)
    const all = await Promise.all(results)
    now = performance.now()
    latencies.push(now - before)
    assert(all[width - 1] === width - 1 + TEXT, 'the answers are right', { result: all[width - 1] })
  }
  return sliceOf(latencies, now - startedAt, (latencies.length / 2) * width)
}

async function chains({ chain }: Calls, { length, times }: { length: number; times: number }): Promise<Slice> {
  const latencies: number[] = []
  for (let time = 0; time < times; time++) {
    const startedAt = performance.now()
    const result = await chain(length)
    latencies.push(performance.now() - startedAt)
    assert(result === length, 'the chain is as long as it should be', { result })
  }
  return sliceOf(
    latencies,
    latencies.reduce((sum, latency) => sum + latency, 0),
  )
}

function sliceOf(latenciesMs: readonly number[], ms: number, count = latenciesMs.length): Slice {
  const sorted = [...latenciesMs].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] * 1000
  return { each: (ms * 1000) / count, p50: at(0.5), p99: at(0.99) }
}

/** The near end of a link over which everything takes a while, both ways. */
function delayed(port: MessagePort): MessagePort {
  const near = new MessageChannel()
  pass(near.port2, port)
  pass(port, near.port2)
  return near.port1
}

function pass(from: MessagePort, to: MessagePort): void {
  from.on('message', (message) => {
    setTimeout(() => to.postMessage(message), CHAIN_DELAY_MS)
  })
}
