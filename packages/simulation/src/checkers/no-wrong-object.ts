/** A reference never resolves to another object than the one it was made of, and an export's id never names two. */
import { nameOf } from '@holdfast/collector'
import { type ImportId, type NodeAddress, UsageError } from '@holdfast/core'
import type { SimulatedNode } from '../simulated-node.js'
import { Held, thingOf } from '../thing.js'
import { Violation } from '../violation.js'
import type { World } from '../world.js'
import type { Checker, Processed } from './checker.js'

const NAME = 'no-wrong-object'

export const noWrongObject: Checker = {
  name: NAME,

  arrived(_world, { node, letter, reference, found }) {
    if (found === 'broken') return
    const meant = reference === null ? letter.target : reference.meant
    if (meant === null) return
    const thing = thingOf(meant)
    if (found === 'nothing')
      throw new Violation(NAME, `${node.label} was given no object of its own for ${thing.label}`)
    const got = thingOf(found)
    if (got !== thing) throw new Violation(NAME, `${node.label} was given ${got.label} where ${thing.label} was meant`)
    if (found instanceof Held) checkOwner(found)
    else if (!node.heap.resolves(found.handle)) {
      throw new Violation(NAME, `a message brought ${thing.label} home to ${node.label}, where it is gone`)
    }
  },

  processed(world, { by, from, message, refused }) {
    if (message.type !== 'dgc:addRef' || from.isHostile) return
    for (const { id, gifter, gift } of message.entries) {
      if (!refused.has(id)) checkClaim(world, { by, from, id, gift, gifter })
    }
  },
}

/** The collector, too, says whose object it is. */
function checkOwner({ at, thing, importId }: Held): void {
  const owner = ownerOf(at, importId)
  const { home } = thing
  if (owner === null || (owner.node === home.id && owner.incarnation === home.incarnation)) return
  throw new Violation(NAME, `${at.label} takes ${thing.label} of ${home.label} for one of ${nameOf(owner)}`)
}

/** Null for one that broke in the very turn that brought it. */
function ownerOf({ collector }: SimulatedNode, id: ImportId): NodeAddress | null {
  try {
    return collector.ownerOf(id)
  } catch (error) {
    if (error instanceof UsageError && error.code === 'no-such-import') return null
    throw error
  }
}

type Claim = Pick<Processed, 'by' | 'from'> & {
  readonly id: number
  readonly gift: number
  readonly gifter: { readonly node: string; readonly incarnation: number }
}

/** An owner has listed the receiver of a gift: for the object that was given. */
function checkClaim(world: World, { by, from, id, gift, gifter }: Claim): void {
  const known = world.witness.giftOf(gifter, gift)
  if (known === undefined || known.receiver !== from) return
  const listed = by.exported[id]
  if (listed === known.thing) return
  throw new Violation(
    NAME,
    `${by.label} lists ${from.label} for ${listed?.label ?? 'nothing'}, given ${known.thing.label}`,
  )
}
