/**
 * A program's own modules in worker threads, each with a node ready-made and joined to this thread's. Workers that pass references on get
 * ports to each other by way of this thread's node, once; after that they need it no more.
 *
 * A thread that ends, for whatever reason, is noticed at once, and all nodes are told: calls to it reject, what it owned is broken. What it
 * held is kept for its lease and a quarantine, since gifts of its may still be under way.
 */
import { setImmediate as macrotask } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import { UsageError } from '@holdfast/core'
import {
  createNode,
  type Future,
  fromErrorValue,
  type HoldfastNode,
  type NodeOptions,
  type Remote,
} from '@holdfast/node'
import { transfer } from 'comlink'
import { WorkerControl, type WorkerGoneError } from '../worker-control.js'
import { type ClusterOptions, type CompleteClusterOptions, completeOptions, sharedOptions } from './cluster-options.js'
import type { HostFace } from './host-face.js'

/** What each thread runs. */
const SCRIPT = new URL('./host-main.js', import.meta.url)

/** A worker's thread is no more, and the program has not asked for that. */
export interface WorkerGone {
  readonly name: string
  /** Its `cause` is what the worker threw, if that ended it. */
  readonly error: WorkerGoneError
}

export class Cluster {
  /** This thread's node. It coordinates. */
  readonly node: HoldfastNode
  readonly #workers = new Map<string, WorkerControl<HostFace>>()
  readonly #listeners = new Set<(event: WorkerGone) => void>()
  /** Workers whose end the program has asked for. */
  readonly #ended = new Set<string>()
  #closing: Promise<void> | null = null

  /**
   * Starts the workers, joins their nodes to this thread's and runs the module in each; resolves when all have come to its end.
   * @throws UsageError `bad-cluster`, `no-default-function`; ProtocolError `bad-id`; WorkerGoneError; what the module throws in a worker.
   * No thread is left then.
   */
  static async start(options: ClusterOptions): Promise<Cluster> {
    const complete = completeOptions(options)
    const cluster = new Cluster(complete)
    try {
      await cluster.#start(complete)
    } catch (error) {
      await cluster.close()
      throw error
    }
    return cluster
  }

  private constructor({ node }: CompleteClusterOptions) {
    this.node = createNode(node)
  }

  /** Of the workers that are there. */
  get names(): readonly string[] {
    return [...this.#workers.keys()]
  }

  /** What a worker has published. The future rejects if it is nothing (`unknown-name`), or if there is no such worker (any more). */
  lookup<T>(worker: string, name: string): Future<Remote<T>> {
    return this.node.lookup<T>(worker, name)
  }

  /**
   * Tells when a worker has ended that nobody told to. Where nobody listens, the process warns.
   * @returns stops listening
   */
  onWorkerGone(listener: (event: WorkerGone) => void): () => void {
    const entry = (event: WorkerGone): void => listener(event)
    this.#listeners.add(entry)
    return () => this.#listeners.delete(entry)
  }

  /**
   * Stops a worker's thread, wherever it is, and waits until it is no more. The cluster goes on without it. Nothing if it is gone already.
   * @throws UsageError `no-such-worker`
   */
  async terminate(name: string): Promise<void> {
    const worker = this.#workers.get(name)
    if (worker === undefined) {
      if (this.#ended.has(name)) return
      throw new UsageError('no-such-worker', 'the cluster has no worker of this name', { name })
    }
    this.#ended.add(name)
    await worker.terminate()
    await this.#exited(worker)
  }

  /** Stops all threads and closes this thread's node. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #start({ module, names, node }: CompleteClusterOptions): Promise<void> {
    const workers = names.map((name) => this.#spawn(name))
    // Together, and all of them before the first line of the program's: it may look for the others.
    await Promise.all(workers.map((worker) => this.#join(worker, node)))
    await Promise.all(workers.map((worker) => run(worker, module)))
  }

  #spawn(name: string): WorkerControl<HostFace> {
    const worker = new WorkerControl<HostFace>(name, SCRIPT)
    this.#workers.set(name, worker)
    void worker.exited.then(() => this.#exited(worker))
    return worker
  }

  async #join(worker: WorkerControl<HostFace>, node: NodeOptions): Promise<void> {
    const options = { ...sharedOptions(node), id: worker.name }
    const { port1, port2 } = new MessageChannel()
    const joined = this.node.connect(port1)
    // If the worker fails, that is the error to tell.
    joined.catch(() => {})
    await worker.call((face) => face.join(options, transfer(port2, [port2]) as never))
    await joined
  }

  /** A thread is no more: all nodes are told, once. */
  async #exited(worker: WorkerControl<HostFace>): Promise<void> {
    const { name } = worker
    const error = await worker.exited
    // Its port may still have what it said last: that is heard first.
    await macrotask()
    if (this.#workers.get(name) !== worker) return
    this.#workers.delete(name)
    if (this.#closing !== null) return
    this.node.declareGone(name)
    // One that is gone as well needs not be told.
    for (const other of this.#workers.values()) other.call((face) => face.peerIsGone(name)).catch(() => {})
    if (!this.#ended.has(name)) this.#tell({ name, error })
    this.#ended.add(name)
  }

  #tell(event: WorkerGone): void {
    if (this.#listeners.size === 0) process.emitWarning(event.error)
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        // An uncaught error of the program's; the others hear of the event all the same.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }

  async #close(): Promise<void> {
    this.node.close()
    await Promise.all([...this.#workers.values()].map((worker) => worker.terminate()))
  }
}

/** Runs the program's module in a worker. @throws what it throws there, as an error of the class of the same name if that is known here */
async function run(worker: WorkerControl<HostFace>, module: string): Promise<void> {
  const failure = await worker.call((face) => face.run(module))
  if (failure !== null) throw fromErrorValue(failure, `node ${worker.name}`)
}
