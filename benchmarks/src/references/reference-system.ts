/** What the measurement of references needs of either side of a system: on the owner's a service, on the holder's what it does to references. */
import type { MessagePort } from 'node:worker_threads'

export const REFERENCE_SYSTEMS = ['raw table', 'holdfast', 'holdfast, managed', 'comlink', 'capnweb', 'captp'] as const
export type ReferenceSystemName = (typeof REFERENCE_SYSTEMS)[number]

/** The thread that owns the objects. */
export interface Owner {
  /** @param create makes an object, of the class that the system wants; called for each reference */
  serve(port: MessagePort, onCreate: (object: object) => void): Promise<void>
  /** How many of its objects others hold, as far as it keeps count. */
  readonly held: number | null
  /** An object as it is made for each reference, to be weighed by itself. */
  create(): object
}

/** The thread that holds references. */
export interface Holder {
  connect(port: MessagePort): Promise<void>
  /** A call that answers with a reference to a new object. */
  make(): Promise<unknown>
  /** Holds them in place of whatever is in hand: where it can, without a proxy for each. */
  keep(references: readonly unknown[]): void
  /** Lets go of what was kept, and of these; resolves when that is on its way. */
  release(references: unknown[]): Promise<void>
  /** Looks for what else nobody has in hand any more. */
  collect(): Promise<void>
}

export async function createOwner(system: ReferenceSystemName): Promise<Owner> {
  if (system === 'raw table') return new (await import('./raw-table.js')).RawOwner()
  if (system === 'holdfast') return new (await import('./holdfast-references.js')).HoldfastOwner('marked')
  if (system === 'holdfast, managed') return new (await import('./holdfast-references.js')).HoldfastOwner('managed')
  return (await import('./peer-references.js')).createPeerOwner(system)
}

export async function createHolder(system: ReferenceSystemName): Promise<Holder> {
  if (system === 'raw table') return new (await import('./raw-table.js')).RawHolder()
  if (system === 'holdfast' || system === 'holdfast, managed')
    return new (await import('./holdfast-references.js')).HoldfastHolder()
  return (await import('./peer-references.js')).createPeerHolder(system)
}
