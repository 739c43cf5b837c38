/** The scene of the demo that needs no graph: two objects of a plain class, each in a worker of its own, that refer to each other. */
import { assign, type Remote } from '@holdfast/node'
import type { Cluster } from '@holdfast/worker'
import type { FreedBy } from '../replay/collection.js'
import type { Surroundings } from '../replay/surroundings.js'
import { withClosable } from '../replay/with-cluster.js'
import type { Peer, Yard } from './peer-worker.js'

export const PLAIN_CLASSES = {
  title: 'Plain classes',
  held: 'an object of a plain class on each of two workers, a.peer = b and b.peer = a, held by two variables of this thread',
  letGo: 'both variables',
  remark: 'no handles and nothing registered: V8 itself says, in either worker, that its object is gone',
}

/** A reference whose passing on is not acknowledged yet is held by that: then another round finds the cycle. */
const MAX_ROUNDS = 5

/** What letting go came to. */
export interface PlainClassesPlayed {
  readonly freedBy: FreedBy
  readonly ms: number
  /** Nothing went by listing, both by a round, and V8 says so. */
  readonly right: boolean
}

/** Makes the cycle in a cluster of its own, lets go of it, and has V8 asked in both workers. */
export async function playPlainClasses({ progress, signal }: Surroundings): Promise<PlainClassesPlayed> {
  progress.begin(PLAIN_CLASSES.title)
  const { Cluster } = await import('@holdfast/worker')
  const module = new URL('./peer-worker.js', import.meta.url)
  return withClosable(signal, () => Cluster.start({ module, names: ['east', 'west'], node: { rounds: null } }), play)
}

async function play(cluster: Cluster): Promise<PlainClassesPlayed> {
  const { node } = cluster
  const [east, west] = [await cluster.lookup<Yard>('east', 'yard'), await cluster.lookup<Yard>('west', 'yard')]
  const left = async (): Promise<number> => (await east.left()) + (await west.left())
  const variables = await makeCycle(east, west)
  const held = await left()

  const begun = performance.now()
  variables.length = 0
  await node.collectLocally()
  const afterListing = await left()
  let condemned = 0
  for (let round = 0; round < MAX_ROUNDS && condemned === 0; round++) condemned = (await node.collect()).condemned
  const afterRound = await left()
  return {
    freedBy: { refcount: held - afterListing, lease: 0, tracing: afterListing - afterRound },
    ms: performance.now() - begun,
    right: held === 2 && afterListing === 2 && condemned === 2 && afterRound === 0,
  }
}

/** @returns all that holds it */
async function makeCycle(east: Remote<Yard>, west: Remote<Yard>): Promise<Remote<Peer>[]> {
  const [a, b] = [await east.create(), await west.create()]
  await Promise.all([east.watch(a), west.watch(b)])
  await assign(a, { peer: b })
  await assign(b, { peer: a })
  return [a, b]
}
