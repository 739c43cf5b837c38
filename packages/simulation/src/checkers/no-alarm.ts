/**
 * A verdict never names an export that has been used since: the `ver` alarm does not ring. A liar can make it ring for what it has itself
 * named to the owner, who can't tell a lie from a use, and for whatever is reached from there: the owner refuses the verdict whole, and
 * nothing is lost but time.
 */
import type { Message } from '@holdfast/core'
import { type Thing, thingOf } from '../thing.js'
import { Violation } from '../violation.js'
import type { World } from '../world.js'
import type { Checker, Processed, Turn } from './checker.js'

export const noAlarm: Checker = {
  name: 'no-alarm',
  restsOnClocks: true,

  turn(world, turn) {
    for (const effect of turn.effects) {
      if (effect.type !== 'alarm' || isLiarsDoing(world, turn)) continue
      throw new Violation(this.name, `${turn.node.label} refused a verdict of ${effect.coordinator}: ver had moved`)
    }
  },

  processed(world, processed) {
    if (!world.hasLiars) return
    for (const id of namedByLiars(world, processed)) {
      const thing = processed.by.exported[id]
      if (thing !== undefined && !processed.refused.has(id)) blame(world, thing)
    }
  },
}

/** Whether any of what was condemned may have been used because of a lie. */
function isLiarsDoing(world: World, { node, processed }: Turn): boolean {
  if (!world.hasLiars) return false
  const condemned = processed.flatMap(({ message }) =>
    message.type === 'dgc:collect' ? Array.from(message.ids, (id) => node.exported[id]) : [],
  )
  // Of its own verdicts a coordinator makes no messages.
  const suspects = condemned.length > 0 ? condemned : node.exported
  return suspects.some((thing) => thing !== undefined && world.blamed.has(thing))
}

/** The exports that a message of a liar names, or a claim of whoever was given something by one. */
function namedByLiars(world: World, { from, message }: Processed): readonly number[] {
  if (message.type === 'dgc:addRef') {
    return message.entries.flatMap(({ id, gifter }) => (from.isHostile || isLiar(world, gifter) ? [id] : []))
  }
  return from.isHostile ? named(message) : []
}

const isLiar = (world: World, { node }: { readonly node: string }): boolean => world.find(node)?.isHostile === true

function named(message: Message): readonly number[] {
  if (message.type !== 'call' && message.type !== 'return') return []
  const homes = message.references.flatMap((reference) => (reference.kind === 'home' ? [reference.id] : []))
  return message.type === 'call' && message.target !== null ? [message.target, ...homes] : homes
}

/** What is reached from a thing now may come back to life with it. O(that). */
function blame(world: World, start: Thing): void {
  const stack = [start]
  for (let thing = stack.pop(); thing !== undefined; thing = stack.pop()) {
    if (world.blamed.has(thing)) continue
    world.blamed.add(thing)
    for (const reference of thing.references) stack.push(thingOf(reference))
  }
}
