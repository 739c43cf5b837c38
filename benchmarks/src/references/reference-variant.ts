import { usedBytes } from '../measure/memory.js'
import { processorMs } from '../measure/time-runs.js'
import type { Sample, Variant } from '../suite.js'
import { OwnerThread } from './owner-thread.js'
import type { ReferenceSystemName } from './reference-system.js'
import { countPosts } from './wire-count.js'

const IN_FLIGHT = 1_000
/** References of the pass that counts messages and what is left. */
const COUNTED = 2_000
const COLLECTIONS = 30
const MS_PER_S = 1_000

export interface ReferenceOptions {
  readonly references: number
  /** How often both sides collect before what is left counts as left; 30 unless told. */
  readonly collections?: number
}

export async function startReferences(
  system: ReferenceSystemName,
  { references, collections = COLLECTIONS }: ReferenceOptions,
): Promise<Variant> {
  const counted = await countWire(system, { references: Math.min(COUNTED, references), collections })
  const thread = await OwnerThread.start(system, { isWatched: false })
  const itemBytes = await thread.ask('itemBytes', references)
  // Of all rounds: what earlier ones have left, for the next to use, is not to be had for nothing.
  const empty = await weigh(thread)
  return {
    round: async () => ({ ...(await measureOnce(thread, { references, itemBytes, empty })), ...counted }),
    close: () => thread.close(),
  }
}

/** Both sides together. */
const weigh = async (thread: OwnerThread): Promise<number> => (await usedBytes()) + (await thread.ask('bytes'))

interface Round {
  readonly references: number
  readonly itemBytes: number
  /** What both sides weighed before the first. */
  readonly empty: number
}

async function measureOnce(thread: OwnerThread, { references, itemBytes, empty }: Round): Promise<Sample> {
  const { holder } = thread
  const list = Array.from({ length: references }, (): unknown => null)
  const own = 8 * references
  const each = (bytes: number): number => (bytes - own - empty) / references - itemBytes
  const startedAt = performance.now()
  const usedBefore = processorMs()
  await thread.fill(list, IN_FLIGHT)
  const createMs = performance.now() - startedAt
  const createProcessorMs = processorMs() - usedBefore
  const withProxies = await weigh(thread)
  holder.keep(list)
  list.fill(null)
  const live = await weigh(thread)
  const releasedAt = performance.now()
  await holder.release([])
  await thread.released()
  const releaseMs = performance.now() - releasedAt
  const kept = await weigh(thread)
  return {
    create: (references / createMs) * MS_PER_S,
    'create, by the processor': (references / createProcessorMs) * MS_PER_S,
    release: (references / releaseMs) * MS_PER_S,
    live: each(live),
    'with proxies': each(withProxies),
    kept: (kept - own - empty) / references,
  }
}

/** A pass of its own, on threads of its own: counting is slow, and weak references weigh something. */
async function countWire(
  system: ReferenceSystemName,
  { references, collections }: Required<ReferenceOptions>,
): Promise<Sample> {
  const thread = await OwnerThread.start(system, { isWatched: true })
  const own = countPosts()
  const both = async (): Promise<{ messages: number; bytes: number }> => {
    const [near, far] = [own(), await thread.ask('posted')]
    return { messages: near.messages + far.messages, bytes: near.bytes + far.bytes }
  }
  const list = Array.from({ length: references }, (): unknown => null)
  const before = await both()
  await thread.fill(list, IN_FLIGHT)
  await settle()
  const created = await both()
  await thread.holder.release(list)
  await thread.released()
  await settle()
  const released = await both()
  return {
    'wire create': (created.bytes - before.bytes) / references,
    'wire release': (released.bytes - created.bytes) / references,
    messages: (released.messages - before.messages) / references,
    left: ((await livingAfter(thread, collections)) / references) * 100,
  }
}

/** Acknowledgements come a little later. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100))

async function livingAfter(thread: OwnerThread, collections: number): Promise<number> {
  let living = await thread.ask('living')
  for (let times = 0; times < collections && living > 0; times++) {
    gc?.()
    await new Promise((resolve) => setTimeout(resolve, 20))
    await thread.ask('collect')
    living = await thread.ask('living')
  }
  await thread.close()
  return living
}
