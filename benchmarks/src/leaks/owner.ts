/** The process of one scenario with one system: `node --expose-gc owner.js SYSTEM SCENARIO`, with a channel to its parent. */
import { once } from 'node:events'
import { setImmediate as macrotask, setTimeout as sleep } from 'node:timers/promises'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { createSystem, type RpcSystem, type SystemName } from './rpc-system.js'
import { type Command, ITEMS, type Outcome, PATIENCE_MS, type Scenario } from './scenario.js'

/** How long to wait for a call to a worker that is gone, in ms. */
const CALL_MS = 3000

class Owner {
  readonly #system: RpcSystem
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #watched: (() => boolean)[] = []
  #far: unknown
  #isGone = false

  constructor(name: SystemName, system: RpcSystem) {
    const { port1, port2 } = new MessageChannel()
    this.#system = system
    this.#port = port1
    const workerData = { name, port: port2 }
    this.#worker = new Worker(new URL('./holder.js', import.meta.url), { workerData, transferList: [port2] })
  }

  async run(scenario: Scenario): Promise<Outcome> {
    const ready = once(this.#worker, 'message')
    this.#far = await this.#system.connect(this.#port, this.#system.service({ make: () => this.#make(scenario) }))
    await ready
    if (scenario === 'call') return this.#call()
    await this.#tell(scenario === 'cycle' ? 'entangle' : 'hold')
    await this.#collect()
    if (scenario !== 'cycle' && this.#living < ITEMS) throw new Error('what is held has gone')
    if (scenario === 'dropped') await this.#tell('drop')
    if (scenario === 'terminated') await this.#terminate()
    if (scenario === 'closed') this.#port.close()
    return this.#wait()
  }

  get #living(): number {
    return this.#watched.filter((isThere) => isThere()).length
  }

  #make(scenario: Scenario): object {
    const item = this.#system.item(scenario === 'cycle')
    this.#watched.push(this.#system.watch(item))
    return item
  }

  async #wait(): Promise<Outcome> {
    const begun = performance.now()
    for (;;) {
      await this.#collect()
      if (!this.#isGone) await this.#tell('collect')
      const ms = performance.now() - begun
      const left = this.#living
      if (left === 0 || ms > PATIENCE_MS) return { left, ms }
      await sleep(20)
    }
  }

  async #collect(): Promise<void> {
    await macrotask()
    gc?.()
    await macrotask()
    await this.#system.collect()
  }

  async #call(): Promise<Outcome> {
    const call = this.#system.call(this.#far, 'never')
    // It is looked at later.
    call.catch(() => {})
    await sleep(100)
    const ended = this.#terminate()
    const underWay = await settled(call)
    await ended
    return { underWay, later: await settled(this.#system.call(this.#far, 'never')) }
  }

  async #tell(command: Command): Promise<void> {
    const done = once(this.#worker, 'message')
    this.#worker.postMessage(command)
    await done
  }

  async #terminate(): Promise<void> {
    this.#isGone = true
    await this.#worker.terminate()
    this.#system.ended()
  }
}

/** @returns after how many ms a call rejects; null when it does not in time */
async function settled(call: Promise<unknown>): Promise<number | null> {
  const begun = performance.now()
  const isSettled = await Promise.race([
    call.then(
      () => true,
      () => true,
    ),
    sleep(CALL_MS, false),
  ])
  return isSettled ? performance.now() - begun : null
}

const [name, scenario] = process.argv.slice(2) as [SystemName, Scenario]
const owner = new Owner(name, await createSystem(name, 'owner'))
const outcome = await owner.run(scenario)
process.send?.(outcome, () => process.exit(0))
