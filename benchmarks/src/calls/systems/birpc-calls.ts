/** birpc: calls by name, no references. */
import type { MessagePort } from 'node:worker_threads'
import { createBirpc } from 'birpc'
import { type CallSystem, type Calls, chainByTurns } from '../call-system.js'
import { METHODS } from './raw-calls.js'

export class BirpcCalls implements CallSystem {
  async serve(port: MessagePort): Promise<void> {
    createBirpc(METHODS, channelOf(port))
  }

  async connect(port: MessagePort): Promise<Calls> {
    const remote = createBirpc<typeof METHODS>({}, channelOf(port))
    return {
      add: (number, text) => remote.add(number, text),
      chain: (length) => chainByTurns((count) => remote.next(count), length),
    }
  }
}

function channelOf(port: MessagePort): { post: (data: unknown) => void; on: (take: (data: unknown) => void) => void } {
  return {
    post: (data) => port.postMessage(data),
    on: (take) => {
      port.on('message', take)
    },
  }
}
