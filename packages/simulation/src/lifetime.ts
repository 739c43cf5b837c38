/** How a lifetime of a node begins: its clock, its limits, and what its driver tells its collector. */
import { type MessageCodec, Random } from '@holdfast/core'
import type { NodeName } from './action.js'
import { mac } from './mac.js'
import { NodeClock } from './node-clock.js'
import type { CollectorSettings } from './settings.js'
import { SimulatedNode } from './simulated-node.js'
import type { World } from './world.js'

const MIB = 1024 * 1024

/** A node whose queues are soon full. */
const limitsOf = (maxUnackedBytes: number) => ({
  maxFrameBytes: MIB,
  maxMessageBytes: maxUnackedBytes,
  maxUnackedBytes,
  maxReorderedBytes: MIB,
  windowBytes: MIB,
})

/** A new lifetime of a node, with nothing of the last. */
export function createLifetime(world: World, name: NodeName): SimulatedNode {
  const { lease, seed, durable } = world.options
  const place = world.placeOf(name)
  const last = world.lives[place]
  const index = world.all.length
  const random = new Random(Math.imul(seed + index * 7919, 0x9e3779b1))
  // The drift is a promise about rates: the worst that keeps it is what attacks most.
  const rate = 1 + lease.drift * random.pick([-1, -1, 0, 1, 1]) * random.pick([1, 1, 0.5])
  const node = new SimulatedNode({
    count: world.names.length,
    place,
    name,
    incarnation: (last?.incarnation ?? 0) + 1,
    index,
    clock: new NodeClock(random.below(1000), rate),
    time: world.time,
    leases: world.leases,
    isDurable: durable,
    codec: (of) => codecOf(world, of),
    settings: settingsIn(world),
  })
  // Who has lied once is not trusted in another life either.
  node.isHostile = last?.isHostile ?? false
  node.hoards = node.isHostile
  return node
}

const settingsIn =
  (world: World): CollectorSettings =>
  (of) => {
    const { rules, lease, maxUnackedBytes, partialReports, proves, reportPartBytes = null, seed } = world.options
    const secret = new TextEncoder().encode(`the secret of ${of.label} in ${seed}`)
    return {
      rules,
      lease,
      ...(proves ? { giftTokens: { secret, mac } } : {}),
      ...(maxUnackedBytes === null ? {} : { limits: limitsOf(maxUnackedBytes) }),
      ...(reportPartBytes === null ? {} : { reportPartBytes }),
      trusts: (coordinator) => of.answer(() => world.find(coordinator)?.isHostile !== true),
      lists: (id) => !partialReports || of.answer(() => world.isOrderly || chances(world, of, id)),
    }
  }

function codecOf({ witness, options }: World, node: SimulatedNode): MessageCodec {
  if (!options.durable) {
    return {
      encode: (message) => witness.encode(node, message),
      decode: (bytes) => witness.decode(node, bytes),
    }
  }
  return {
    encode: (message) => node.answer(() => witness.encode(node, message)),
    decode: (bytes) => (node.journal?.isReplaying === true ? witness.decodeAgain(bytes) : witness.decode(node, bytes)),
  }
}

/** A coin that falls the same way in every replay. */
function chances({ options }: World, node: SimulatedNode, id: number): boolean {
  const salt = options.seed + node.index * 31 + node.reports * 1009 + id * 7
  return new Random(Math.imul(salt, 0x9e3779b1)).chance(0.7)
}
