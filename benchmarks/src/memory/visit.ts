/** What a peer does while it is there. */
import { Managed } from '@holdfast/heap/managed'
import { type HoldfastNode, SessionEndedError } from '@holdfast/node'

/** Short, so that what crashed peers held is let go of soon: it takes twelve terms. No shorter: a busy machine may hold a thread up. */
export const LEASE = { term: 1_000, drift: 0.01 }
export const HOST = 'soak'

export class Item extends Managed {
  other: unknown = null
  meet(other: unknown): void {
    this.other = other
  }
}

/** What the host publishes. */
export interface Service {
  make(): Item
  echo(value: number): number
}

export const CALLS = 200
const REFERENCES = 100
const CYCLES = 20

/**
 * Calls the host, takes references of its objects and entangles some with objects of the peer's own.
 * @returns all that is held; null when the session did not last, as on a machine that holds a thread up for longer than a lease
 */
export async function visit(peer: HoldfastNode): Promise<object[] | null> {
  try {
    return await callAndHold(peer)
  } catch (error) {
    if (error instanceof SessionEndedError) return null
    throw error
  }
}

async function callAndHold(peer: HoldfastNode): Promise<object[]> {
  const service = await peer.lookup<Service>(HOST, 'service')
  await Promise.all(Array.from({ length: CALLS }, (_, call) => service.echo(call)))
  const held: object[] = await Promise.all(Array.from({ length: REFERENCES }, () => service.make()))
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const near = new Item()
    const far = await service.make()
    near.meet(far)
    await far.meet(near)
    held.push(near)
  }
  return held
}
