import type { MessagePort } from 'node:worker_threads'
import { expose, wrap } from 'comlink'
import { type CallSystem, type Calls, chainByTurns } from '../call-system.js'
import { METHODS } from './raw-calls.js'

export class ComlinkCalls implements CallSystem {
  async serve(port: MessagePort): Promise<void> {
    expose(METHODS, port)
    port.start()
  }

  async connect(port: MessagePort): Promise<Calls> {
    const remote = wrap<typeof METHODS>(port)
    return {
      add: (number, text) => remote.add(number, text),
      chain: (length) => chainByTurns((count) => remote.next(count), length),
    }
  }
}
