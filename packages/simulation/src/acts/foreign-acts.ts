/** What a misbehaving peer does, and what comes a second time: messages put in the place of an innocent call. */
import type { ExportId, Message } from '@holdfast/core'
import type { ForeignAction } from '../action.js'
import { forge } from '../forgery.js'
import { attempt } from '../runtime.js'
import type { SimulatedNode } from '../simulated-node.js'
import { listedFor } from '../witness.js'
import type { World } from '../world.js'

const FLOOD = 40
const NOTHING = new Uint8Array(0)

/** @returns whether the action made sense */
export function performForeign(world: World, action: ForeignAction): boolean {
  const by = world.active(action.by)
  const to = world.find(action.to)
  if (by === null || to === null || by === to || by.views[to.place]?.peer !== to) return false
  if (action.do === 'repeat') return repeat(world, { by, to, n: action.n })
  by.isHostile = true
  by.hoards = true
  world.lies++
  const third = world.lives.find((node) => node !== by && node !== to) ?? to
  const facts = {
    n: action.n,
    victim: { node: to.id, incarnation: to.incarnation },
    third: { node: third.id, incarnation: third.incarnation },
    self: { node: by.id, incarnation: by.incarnation },
    key: by.giftKeys.get(to.index) ?? null,
    unheld: [...unheldBy(by, to)],
    received: by.collector.sessionWith(to.id)?.received ?? 0,
    claims: to.claims.filter(({ from }) => from === by).map(({ entry }) => entry),
    foreignClaims: to.claims.filter(({ from }) => from !== by).map(({ entry }) => entry),
  }
  const count = action.lie === 'floods' ? FLOOD : 1
  for (let left = count; left > 0; left--) {
    for (const message of [forge(action.lie, facts)].flat()) {
      if (by.collector.isConnected(to.id)) sendInstead(world, { by, to }, message)
    }
  }
  return true
}

function repeat(world: World, { by, to, n }: { by: SimulatedNode; to: SimulatedNode; n: number }): boolean {
  const past = world.witness.past.all.filter(
    // A verdict on an earlier lifetime, too.
    ({ message, by: sender, to: receiver }) =>
      message.type === 'dgc:collect' ? receiver.name === to.name : receiver === to && sender === by,
  )
  if (past.length === 0 || !by.collector.isConnected(to.id)) return false
  sendInstead(world, { by, to }, past[n % past.length].message)
  return true
}

/** What a node exports that another is not listed for. */
function* unheldBy(liar: SimulatedNode, owner: SimulatedNode): Generator<ExportId> {
  const listed = listedFor(owner, liar)
  for (const object of owner.collector.exports) {
    const id = owner.collector.describeExport(object)?.id
    if (id !== undefined && !listed.has(id)) yield id
  }
}

function sendInstead(
  world: World,
  { by, to }: { by: SimulatedNode; to: SimulatedNode },
  message: Message | Uint8Array,
): void {
  world.witness.replaceNextCall(message)
  attempt(world, () => world.step(by, { type: 'call', to: { node: to.id }, call: 0, references: [], payload: NOTHING }))
  // Where the call was refused, nobody else's must be replaced.
  world.witness.replaceNextCall(null)
}
