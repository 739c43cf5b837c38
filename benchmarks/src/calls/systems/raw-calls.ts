/** A message each way, and a Map of who waits: what one writes by hand. */
import type { MessagePort } from 'node:worker_threads'
import { type CallSystem, type Calls, chainByTurns } from '../call-system.js'

interface Call {
  readonly id: number
  readonly method: 'add' | 'next'
  readonly args: readonly unknown[]
}

interface Answer {
  readonly id: number
  readonly result: unknown
}

export class RawCalls implements CallSystem {
  async serve(port: MessagePort): Promise<void> {
    port.on('message', ({ id, method, args }: Call) => {
      port.postMessage({ id, result: METHODS[method](...(args as [never, never])) } satisfies Answer)
    })
  }

  async connect(port: MessagePort): Promise<Calls> {
    const waiting = new Map<number, (result: unknown) => void>()
    let last = 0
    port.on('message', ({ id, result }: Answer) => {
      waiting.get(id)?.(result)
      waiting.delete(id)
    })
    const call = (method: Call['method'], args: readonly unknown[]): Promise<unknown> =>
      new Promise((resolve) => {
        const id = ++last
        waiting.set(id, resolve)
        port.postMessage({ id, method, args } satisfies Call)
      })
    return {
      add: (number, text) => call('add', [number, text]),
      chain: (length) => chainByTurns((count) => call('next', [count]), length),
    }
  }
}

export const METHODS = {
  add: (number: number, text: string): string => number + text,
  next: (count: number): number => count + 1,
}
