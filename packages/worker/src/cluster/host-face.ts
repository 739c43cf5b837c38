/** What comlink exposes of a worker that hosts a node: the control channel. What nodes have to say to each other goes over their own ports. */
import type { MessagePort } from 'node:worker_threads'
import { UsageError } from '@holdfast/core'
import { createNode, type ErrorValue, type HoldfastNode, toErrorValue } from '@holdfast/node'
import type { SharedNodeOptions } from './cluster-options.js'

/** What a worker's module exports by default: it publishes what others may look up, and may take its time. */
export type WorkerModule = (node: HoldfastNode) => unknown

export class HostFace {
  #hosted: HoldfastNode | null = null

  /** Makes this thread's node, joined to the main thread's. */
  async join(options: SharedNodeOptions & { readonly id: string }, port: MessagePort): Promise<void> {
    this.#hosted = createNode(options)
    await this.#hosted.connect(port)
  }

  /** Runs the program's own module. @returns what went wrong, as data: comlink alone would leave little of an error */
  async run(module: string): Promise<ErrorValue | null> {
    try {
      await this.#begin(module)
      return null
    } catch (error) {
      return toErrorValue(error)
    }
  }

  /** Another worker's thread is no more. */
  peerIsGone(peer: string): void {
    this.#node.declareGone(peer)
  }

  /** @throws UsageError `no-default-function`; whatever the module throws */
  async #begin(module: string): Promise<void> {
    const { default: begin } = (await import(module)) as { readonly default?: unknown }
    if (typeof begin !== 'function') {
      throw new UsageError('no-default-function', 'the module of a cluster exports a function by default', { module })
    }
    await (begin as WorkerModule)(this.#node)
  }

  get #node(): HoldfastNode {
    if (this.#hosted === null) throw new UsageError('not-joined', 'the worker has no node yet')
    return this.#hosted
  }
}
