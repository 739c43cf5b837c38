/** As raw calls, but all messages of one job go in one post: the cheapest way to many calls without bytes by hand. */
import type { MessagePort } from 'node:worker_threads'
import { type CallSystem, type Calls, chainByTurns } from '../call-system.js'
import { METHODS } from './raw-calls.js'

type Call = readonly [id: number, method: 'add' | 'next', ...args: unknown[]]
type Answer = readonly [id: number, result: unknown]

export class BatchedCalls implements CallSystem {
  async serve(port: MessagePort): Promise<void> {
    port.on('message', (calls: readonly Call[]) => {
      port.postMessage(calls.map(([id, method, ...args]): Answer => [id, METHODS[method](...(args as [never, never]))]))
    })
  }

  async connect(port: MessagePort): Promise<Calls> {
    const waiting = new Map<number, (result: unknown) => void>()
    let last = 0
    let batch: Call[] = []
    port.on('message', (answers: readonly Answer[]) => {
      for (const [id, result] of answers) {
        waiting.get(id)?.(result)
        waiting.delete(id)
      }
    })
    const flush = (): void => {
      port.postMessage(batch)
      batch = []
    }
    const call = (method: Call[1], args: readonly unknown[]): Promise<unknown> =>
      new Promise((resolve) => {
        const id = ++last
        waiting.set(id, resolve)
        if (batch.length === 0) queueMicrotask(flush)
        batch.push([id, method, ...args])
      })
    return {
      add: (number, text) => call('add', [number, text]),
      chain: (length) => chainByTurns((count) => call('next', [count]), length),
    }
  }
}
