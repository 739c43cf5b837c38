/** What the leak scenarios need of a library for remote objects: the same few things of each. */
import type { MessagePort } from 'node:worker_threads'

/** What is made on one side and held on the other. */
export interface Item {
  hi(): string
  /** Keeps a reference to another. */
  meet(other: unknown): void
}

/** What one side can be called for. */
export type Methods = Readonly<Record<string, (...args: never[]) => unknown>>

export interface RpcSystem {
  /** Joins this thread to another by a port. @returns the other side's service */
  connect(port: MessagePort, own: object): Promise<unknown>
  /** An object with these methods that travels by reference. */
  service(methods: Methods): object
  /** @param isCyclic whether a cycle through it is to be found, where a system makes a difference */
  item(isCyclic: boolean): Item
  /** Calls a method of a remote object. */
  call(target: unknown, method: string, ...args: unknown[]): Promise<unknown>
  /** @returns whether an item of this thread is still there */
  watch(item: Item): () => boolean
  /** What the system does about garbage besides V8's own collections, in this thread and over all. */
  collect(): Promise<void>
  /** The worker at the other end has ended, which its program knows. */
  ended(): void
}

/** For those whose items are what V8 knows of. */
export function watchByRef(item: object): () => boolean {
  const ref = new WeakRef(item)
  return () => ref.deref() !== undefined
}

export const SYSTEM_NAMES = ['holdfast', 'comlink', 'capnweb', 'captp'] as const
export type SystemName = (typeof SYSTEM_NAMES)[number]

/** Each loaded only where it is measured. @param name of this thread, different from the other's */
export async function createSystem(system: SystemName, name: string): Promise<RpcSystem> {
  switch (system) {
    case 'holdfast':
      return new (await import('./systems/holdfast-system.js')).HoldfastSystem(name)
    case 'comlink':
      return new (await import('./systems/comlink-system.js')).ComlinkSystem()
    case 'capnweb':
      return new (await import('./systems/capnweb-system.js')).CapnwebSystem()
    case 'captp':
      return (await import('./systems/captp-system.js')).createCaptpSystem(name)
  }
}
