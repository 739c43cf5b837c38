/** Two nodes that call each other over a message channel, each with a disk or without. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert, type Incarnation, type NodeId, nodeId } from '@holdfast/core'
import { HeapNode, type HeapNodeOptions, type IncomingCall } from '@holdfast/node'
import { DurableHeapNode } from '@holdfast/node/durable'
import { LevelStore } from '@holdfast/store/level'
import { RealClock } from '@holdfast/transport'
import { messagePortLink } from '@holdfast/transport/message-port'

export interface Load {
  readonly calls: number
  /** Calls under way at once. */
  readonly window: number
  /** Whether each carries one, to a new object. */
  readonly givesReferences: boolean
}

/** Who of the two keeps its state on disk. */
export type Disks = 'none' | 'callee' | 'both'

const CALLER = nodeId('caller')
const CALLEE = nodeId('callee')
const NOTHING = new Uint8Array(0)
const PAYLOAD = new Uint8Array(16)

export class Pair {
  readonly #caller: HeapNode
  readonly #callee: HeapNode
  readonly #folders: readonly string[]
  #kept = 0

  private constructor(caller: HeapNode, callee: HeapNode, folders: readonly string[]) {
    this.#caller = caller
    this.#callee = callee
    this.#folders = folders
  }

  static async open(disks: Disks): Promise<Pair> {
    const folders: string[] = []
    const node = async (name: NodeId, isDurable: boolean): Promise<HeapNode> => {
      const options: Omit<HeapNodeOptions, 'incarnation'> = {
        node: name,
        clock: new RealClock(),
        batches: true,
        connect: () => {},
        onCall: (call) => pair.#answer(call),
      }
      if (!isDurable) return new HeapNode({ ...options, incarnation: 1 as Incarnation })
      const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
      folders.push(folder)
      return DurableHeapNode.open({ ...options, store: new LevelStore(folder) })
    }
    const caller = await node(CALLER, disks === 'both')
    const pair: Pair = new Pair(caller, await node(CALLEE, disks !== 'none'), folders)
    const { port1, port2 } = new MessageChannel()
    pair.#caller.addLink(CALLEE, messagePortLink(port1))
    pair.#callee.addLink(CALLER, messagePortLink(port2))
    return pair
  }

  /** @returns ms until all calls are answered */
  async call({ calls, window, givesReferences }: Load): Promise<number> {
    const began = performance.now()
    this.#kept = 0
    let made = 0
    await new Promise<void>((resolve, reject) => {
      let answered = 0
      const next = (): void => {
        const { heap } = this.#caller
        const references = givesReferences ? [heap.create()] : []
        made++
        this.#caller.call({ to: { node: CALLEE }, references, payload: PAYLOAD }, (answer) => {
          if (answer === null) reject(new Error('a call was not answered'))
          else if (++answered === calls) resolve()
          else if (made < calls) next()
        })
        for (const reference of references) heap.unpin(reference)
      }
      for (let first = 0; first < window; first++) next()
    })
    const ms = performance.now() - began
    assert(this.#kept === (givesReferences ? calls : 0), 'every reference has come', { kept: this.#kept })
    return ms
  }

  async close(): Promise<void> {
    for (const node of [this.#caller, this.#callee]) {
      node.close()
      if (node instanceof DurableHeapNode) await node.stop()
    }
    for (const folder of this.#folders) await rm(folder, { recursive: true })
  }

  #answer({ references }: IncomingCall): { references: []; payload: Uint8Array } {
    for (const reference of references) if (reference !== null) this.#kept++
    return { references: [], payload: NOTHING }
  }
}
