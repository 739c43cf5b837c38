/**
 * What the programs of a random world do. A deed starts its call before it returns, so that what it has in hand can be dropped while the
 * call is under way; it resolves to nothing, so that no promise keeps an object.
 */
import { reachable } from './oracle.js'
import type { Member, RandomWorld } from './random-world.js'
import type { Found, Slot, Thing } from './thing.js'

type Deed = (world: RandomWorld, member: Member) => Promise<void>

const SLOTS: readonly Slot[] = ['next', 'list', 'map', 'set']
const KEYS = ['a', 'b', 'c']
const LONGEST_LIST = 4
const GATES = 4

/** Something that a node has in hand; undefined if it is empty-handed. */
function anyHeld({ random }: RandomWorld, { held }: Member): Found | undefined {
  const entry = held.size === 0 ? undefined : random.pick([...held])
  return entry && { id: entry[0], object: entry[1] }
}

/** A managed object takes no references to ordinary ones of its own node: that would be a cycle that nobody finds. */
function isRefused({ journal }: RandomWorld, holder: number, target: number): boolean {
  const [one, other] = [journal.record(holder), journal.record(target)]
  return one.kind === 'managed' && other.kind === 'ordinary' && one.home === other.home && one.life === other.life
}

const kindOf = ({ random }: RandomWorld): 'managed' | 'ordinary' => (random.chance(0.9) ? 'managed' : 'ordinary')

const create: Deed = async (world, member) => {
  world.hold(member, world.make(member, kindOf(world)))
}

const createFar: Deed = async (world, member) => {
  const held = anyHeld(world, member)
  if (held === undefined) return
  world.hold(member, await held.object.make(kindOf(world)))
}

const link: Deed = async (world, member) => {
  const [holder, target] = [anyHeld(world, member), anyHeld(world, member)]
  if (holder !== undefined && target !== undefined) await linking(world, holder, target)
}

/** The two refer to each other: garbage that counting does not find, once they are dropped. */
const ring: Deed = async (world, member) => {
  const [one, other] = [anyHeld(world, member), anyHeld(world, member)]
  if (one === undefined || other === undefined) return
  await Promise.all([linking(world, one, other), linking(world, other, one)])
}

async function linking(world: RandomWorld, holder: Found, target: Found): Promise<void> {
  const isFull = world.record(holder.id).list.length >= LONGEST_LIST
  const slot = world.random.pick(isFull ? SLOTS.filter((name) => name !== 'list') : SLOTS)
  const refused = isRefused(world, holder.id, target.id)
  try {
    await holder.object.link(slot, world.random.pick(KEYS), target)
  } catch (error) {
    if (refused && (error as { code?: unknown }).code === 'untraceable-field') return
    throw error
  }
  if (refused) world.violate(`object ${holder.id} took ${target.id}, which cannot be traced`)
}

/** Links what is made before it is known here that it is made. */
const linkToCome: Deed = async (world, member) => {
  const [maker, target] = [anyHeld(world, member), anyHeld(world, member)]
  if (maker === undefined || target === undefined) return
  const [one, other] = [world.record(maker.id), world.record(target.id)]
  if (one.home === member.name || (one.home === other.home && other.kind === 'ordinary')) return
  // A future: its properties are those of the object to come.
  const made = maker.object.make('managed') as Promise<Found> & Found
  const linked = made.object.link(world.random.pick(SLOTS), 'a', target)
  const [found] = await Promise.all([made, linked])
  world.hold(member, found)
}

const unlink: Deed = async (world, member) => {
  await anyHeld(world, member)?.object.unlink(world.random.pick(SLOTS), world.random.pick(KEYS))
}

const pick: Deed = async (world, member) => {
  const found = await anyHeld(world, member)?.object.pick(world.random.below(8))
  if (found !== undefined && found !== null) world.hold(member, found)
}

const discard: Deed = async (world, member) => {
  await anyHeld(world, member)?.object.pick(world.random.below(8))
}

const give: Deed = async (world, member) => {
  await anyHeld(world, member)?.object.keep(anyHeld(world, member) as Found)
}

const echo: Deed = async (world, member) => {
  const [one, other] = [anyHeld(world, member), anyHeld(world, member)]
  if (one === undefined || other === undefined) return
  if ((await one.object.echo(other.object)) !== other.object) world.violate(`object ${other.id} came back as another`)
}

const fail: Deed = async (world, member) => {
  const [one, other] = [anyHeld(world, member), anyHeld(world, member)]
  if (one === undefined || other === undefined) return
  try {
    await one.object.fail(other.object)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return
  }
  world.violate('a method that throws has returned')
}

/** What cannot be sent grants nothing, and leaves nothing behind. */
const failToSend: Deed = async (world, member) => {
  const [one, other] = [anyHeld(world, member), anyHeld(world, member)]
  if (one === undefined || other === undefined || world.record(one.id).home === member.name) return
  try {
    await one.object.echo([other.object, new WeakMap()] as unknown as Thing)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'not-clonable') throw error
    return
  }
  world.violate('a WeakMap was sent')
}

const stream: Deed = async (world, member) => {
  const held = anyHeld(world, member)
  if (held === undefined) return
  const most = 1 + world.random.below(3)
  let read = 0
  for await (const found of held.object.neighbours()) {
    if (world.random.chance(0.5)) world.hold(member, found)
    if (++read === most) break
  }
}

const visit: Deed = async (world, member) => {
  await anyHeld(world, member)?.object.visit((found) => {
    if (world.isThere(found.id) && world.random.chance(0.3)) world.hold(member, found)
  })
}

const wait: Deed = async (world, member) => {
  const [one, other] = [anyHeld(world, member), anyHeld(world, member)]
  if (one === undefined || other === undefined || world.gates.length >= GATES) return
  // Not awaited: the answer comes many rounds later.
  const answer = one.object.wait(world.number(), other) as PromiseLike<Found>
  waiting(world, member, { ids: [one.id, other.id], answer })
}

/** In a function of its own, whose closures do not keep what was given to the call. */
function waiting(
  world: RandomWorld,
  member: Member,
  { ids, answer }: { ids: readonly number[]; answer: PromiseLike<Found> },
): void {
  const { life } = member
  answer.then(
    (found) => member.life === life && world.hold(member, found),
    (error: unknown) => world.failed('wait', error, !ids.every((id) => world.isThere(id))),
  )
}

const weaken: Deed = async (world, member) => {
  const held = anyHeld(world, member)
  if (held === undefined) return
  const weak = await member.node.weak(held.object)
  const known = member.weak.get(held.id)
  if (known !== undefined && known !== weak) world.violate(`object ${held.id} has two weak references at one node`)
  member.weak.set(held.id, weak)
}

const fetchWeak: Deed = async (world, member) => {
  if (member.weak.size === 0) return
  const [id, weak] = world.random.pick([...member.weak])
  const object = await weak.fetch()
  if (object !== undefined) world.hold(member, { id, object })
  else if (world.isThere(id) && reachable(world.journal).has(id)) world.violate(`weak reference lost object ${id}`)
}

const lookUp: Deed = async (world, member) => {
  const { name, published } = world.random.pick(world.members.filter((other) => other !== member))
  if (published.size === 0) return
  const [title, id] = world.random.pick([...published])
  const object = (await member.node.lookup(name, title)) as unknown as Thing
  if (published.get(title) === id) world.hold(member, { id, object })
}

/** Each as often as it is listed. */
const DEEDS: readonly (readonly [weight: number, deed: Deed])[] = [
  [2, create],
  [4, createFar],
  [8, link],
  [5, ring],
  [3, linkToCome],
  [3, unlink],
  [4, pick],
  [1, discard],
  [4, give],
  [1, echo],
  [1, fail],
  [1, failToSend],
  [2, stream],
  [2, visit],
  [1, wait],
  [2, weaken],
  [2, fetchWeak],
  [1, lookUp],
]

const WEIGHTED = DEEDS.flatMap(([weight, deed]) => Array.from({ length: weight }, () => deed))

/** What a program has in hand before it does anything else. */
const FEWEST_HELD = 3

/** Starts a deed of a node. @returns when it is done; what goes wrong is told to the world */
export function startDeed(world: RandomWorld): Promise<void> {
  const member = world.random.pick(world.members)
  const isPoor = member.held.size < FEWEST_HELD
  const deed = isPoor ? world.random.pick([create, lookUp]) : world.random.pick(WEIGHTED)
  world.did(deed.name)
  return deed(world, member).catch((error: unknown) => world.failed(deed.name, error))
}

/** A node's program forgets something. */
export function drop({ random }: RandomWorld, { held }: Member): void {
  if (held.size > 0) held.delete(random.pick([...held.keys()]))
}

/** A node's program says that it is done with something. What nobody else at the node has in hand is not to be used through it any more. */
export function dispose(world: RandomWorld, member: Member): void {
  const held = anyHeld(world, member)
  if (held === undefined || world.record(held.id).home === member.name) return
  const { journal } = world
  const isShared = [...journal.objects.values()].some(
    (record) =>
      record.home === member.name && record.kind === 'ordinary' && journal.referencesOf(record).includes(held.id),
  )
  const isInUse = [...journal.running].some(({ home, ids }) => home === member.name && ids.includes(held.id))
  if (isShared || isInUse) return
  world.did('dispose')
  member.held.delete(held.id)
  ;(held.object as unknown as Disposable)[Symbol.dispose]()
}

/** Publishes something of a node under a name, or takes a name back. */
export function publish(world: RandomWorld, { node, held, published, name: home }: Member): void {
  const name = world.random.pick(['one', 'two'])
  if (published.size > 1 && published.delete(name)) {
    node.unpublish(name)
    return
  }
  if (published.has(name)) return
  const own = [...held].filter(([id]) => world.record(id).home === home)
  if (own.length === 0) return
  const [id, object] = world.random.pick(own)
  world.did('publish')
  node.publish(name, object)
  published.set(name, id)
}
