/** What the call benchmark needs of a library for remote calls: the same few things of each. */
import type { MessagePort } from 'node:worker_threads'

/** The other side as its caller sees it. */
export interface Calls {
  /** One call with a number and a text; it comes to the number and the text put together. */
  readonly add: (number: number, text: string) => Promise<unknown>
  /** So many calls, each on what the one before came to, waited for at the end: it comes to how many they were. */
  readonly chain: (length: number) => Promise<unknown>
}

export interface CallSystem {
  /** Answers calls that come by a port. */
  serve(port: MessagePort): Promise<void>
  connect(port: MessagePort): Promise<Calls>
}

/** The first is what a program can do without any library, and what the others are measured by. */
export const CALL_SYSTEMS = ['raw', 'raw-batched', 'holdfast', 'birpc', 'comlink', 'capnweb', 'captp'] as const
export type CallSystemName = (typeof CALL_SYSTEMS)[number]

/** Each loaded only where it is measured. @param name of this thread, different from the other's */
export async function createCallSystem(system: CallSystemName, name: string): Promise<CallSystem> {
  switch (system) {
    case 'raw':
      return new (await import('./systems/raw-calls.js')).RawCalls()
    case 'raw-batched':
      return new (await import('./systems/batched-calls.js')).BatchedCalls()
    case 'holdfast':
      return new (await import('./systems/holdfast-calls.js')).HoldfastCalls(name)
    case 'birpc':
      return new (await import('./systems/birpc-calls.js')).BirpcCalls()
    case 'comlink':
      return new (await import('./systems/comlink-calls.js')).ComlinkCalls()
    case 'capnweb':
      return new (await import('./systems/capnweb-calls.js')).CapnwebCalls()
    case 'captp':
      return new (await import('./systems/captp-calls.js')).CaptpCalls(name)
  }
}

/** For systems without pipelining: each call of a chain waits for the one before. */
export async function chainByTurns(next: (count: number) => Promise<unknown>, length: number): Promise<unknown> {
  let count: unknown = 0
  for (let calls = 0; calls < length; calls++) count = await next(count as number)
  return count
}
