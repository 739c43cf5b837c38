/** What programs do: make objects, refer, let go, send. The world's picture of the heap follows the heap. */
import type { CallTarget } from '@holdfast/collector'
import type { Label, ProgramAction } from '../action.js'
import { answer } from '../answers.js'
import { find, findOwn, reachable } from '../reach.js'
import { attempt } from '../runtime.js'
import type { SimulatedNode } from '../simulated-node.js'
import { Held, type Reference, Thing, thingOf } from '../thing.js'
import type { World } from '../world.js'

const NOTHING = new Uint8Array(0)

/** @returns whether the action made sense */
export function performProgram(world: World, action: ProgramAction): boolean {
  const node = world.active('at' in action ? action.at : action.from)
  if (node === null) return false
  switch (action.do) {
    case 'create':
      return create(world, node, action.as) !== null
    case 'create-many':
      return createMany(world, node, action)
    case 'refer':
      return refer(node, action)
    case 'unrefer':
      return unrefer(node, action)
    case 'let-go':
      return letGo(
        node,
        node.roots.findIndex((root) => thingOf(root).label === action.what),
      )
    case 'let-go-of-all':
      return letGoOfAll(node)
    case 'send':
      return send(world, node, action)
    case 'publish':
      return publish(world, node, action)
    case 'publish-many':
      return publishMany(world, node, action)
    case 'answer':
      return answerOldest(world, node, action)
  }
}

function create(world: World, node: SimulatedNode, label: Label): Thing | null {
  if (world.things.has(label)) return null
  const thing = new Thing(label, node, node.heap.create())
  world.things.set(label, thing)
  node.things.set(thing.handle, thing)
  node.roots.push(thing)
  return thing
}

function createMany(
  world: World,
  node: SimulatedNode,
  { as, count, chain }: Extract<ProgramAction, { do: 'create-many' }>,
): boolean {
  if (world.things.has(seriesLabel(as, 0))) return false
  let previous: Thing | null = null
  for (let index = 0; index < count; index++) {
    const thing = create(world, node, seriesLabel(as, index))
    if (thing === null) return true
    if (chain && previous !== null) {
      addReference(previous, thing)
      letGo(node, node.roots.length - 1)
    }
    previous = thing
  }
  return true
}

/** The names of objects that were made together. */
const seriesLabel = (series: Label, index: number): Label => `${series}.${index}`

function addReference(from: Thing, to: Reference): void {
  from.home.heap.addReference(from.handle, to.handle)
  from.references.push(to)
}

function refer(node: SimulatedNode, action: { from: Label; to: Label }): boolean {
  const from = findOwn(node, action.from)
  const to = find(node, action.to)
  if (from === undefined || to === undefined) return false
  addReference(from, to)
  return true
}

function unrefer(node: SimulatedNode, action: { from: Label; to: Label }): boolean {
  const from = findOwn(node, action.from)
  const place = from?.references.findIndex((reference) => thingOf(reference).label === action.to) ?? -1
  if (from === undefined || place < 0) return false
  const [to] = from.references.splice(place, 1)
  node.heap.removeReference(from.handle, to.handle)
  return true
}

function letGo(node: SimulatedNode, place: number): boolean {
  if (place < 0) return false
  const [root] = node.roots.splice(place, 1)
  node.heap.unpin(root.handle)
  return true
}

function letGoOfAll(node: SimulatedNode): boolean {
  if (node.roots.length === 0) return false
  for (const root of node.roots.splice(0)) node.heap.unpin(root.handle)
  return true
}

function send(world: World, node: SimulatedNode, action: { to: Label; references: readonly Label[] }): boolean {
  const target = find(node, action.to)
  if (!(target instanceof Held)) return false
  return post(world, node, { target, place: target.thing.home.place, labels: action.references })
}

function publish(world: World, node: SimulatedNode, action: { to: string; references: readonly Label[] }): boolean {
  return post(world, node, { target: null, place: world.placeOf(action.to), labels: action.references })
}

interface Post {
  readonly target: Held | null
  readonly place: number
  readonly labels: readonly Label[]
}

function post(world: World, node: SimulatedNode, { target, place, labels }: Post): boolean {
  const references = findAll(node, labels)
  return references !== null && call(world, node, { target, place, references })
}

/** Null unless the program can get at all of them. */
function findAll(node: SimulatedNode, labels: readonly Label[]): Reference[] | null {
  const references: Reference[] = []
  for (const label of labels) {
    const reference = find(node, label)
    if (reference === undefined) return null
    references.push(reference)
  }
  return references
}

function answerOldest(
  world: World,
  node: SimulatedNode,
  { to, references: labels }: Extract<ProgramAction, { do: 'answer' }>,
): boolean {
  const owed = node.desk.owed[node.desk.placeOfOldest(to)]
  const references = findAll(node, labels)
  return owed !== undefined && references !== null && answer(world, node, { owed, references })
}

function publishMany(world: World, node: SimulatedNode, action: { to: string; series: Label }): boolean {
  const references = reachable(node).filter((reference) => thingOf(reference).label.startsWith(`${action.series}.`))
  if (references.length === 0) return false
  return call(world, node, { target: null, place: world.placeOf(action.to), references })
}

interface Call {
  readonly target: Held | null
  readonly place: number
  readonly references: readonly Reference[]
}

/** @returns false where the collector refuses: nothing happened then */
function call(world: World, node: SimulatedNode, { target, place, references }: Call): boolean {
  const peer = node.views[place]?.peer
  if (peer === undefined) return false
  const to: CallTarget = target === null ? { node: peer.id } : { import: target.importId }
  const number = world.nextLetter()
  world.witness.draft = { number, to: peer, target, references }
  const carried = references.map((reference) =>
    reference instanceof Held ? { import: reference.importId } : { object: reference.handle },
  )
  const isSent = attempt(world, () =>
    world.step(node, { type: 'call', to, call: number, references: carried, payload: NOTHING }),
  )
  world.witness.draft = null
  if (isSent && world.options.answers) node.desk.awaited.set(number, peer)
  return isSent
}
