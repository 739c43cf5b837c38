/** What a node's runtime does: collections of its own heap, finalizers, reports, deadlines. */
import { LimitError, type NodeId, UsageError } from '@holdfast/core'
import { FrozenTrace } from '@holdfast/heap/frozen-trace'
import type { Finalizer, SimulatedNode } from './simulated-node.js'
import type { World } from './world.js'

/** A collection of a node's heap; finalizers run later. */
export function collectLocally(world: World, node: SimulatedNode): void {
  const { collector, heap } = node
  world.isDirty = true
  node.isTouched = true
  const { unreachableImports } = heap.collect({ exported: collector.exports, pinnedImports: collector.pinned })
  world.unreferenced(node, unreachableImports)
}

/** Runs finalizers: the collector is told that nothing refers to those imports any more. @returns whether there was one */
export function finalize(world: World, node: SimulatedNode, which: number | 'all'): boolean {
  if (node.hoards) return false
  const [start, count] = which === 'all' ? [0, node.finalizers.length] : [which, 1]
  const due = node.finalizers.splice(start, count)
  if (due.length === 0) return false
  const imports = due.map((finalizer) => finalizer.importId)
  const generations = due.map((finalizer) => finalizer.generation)
  // One that was referred to again since has a later finalizer: what becomes of it is the business of that.
  const isStale = ({ importId, generation }: Finalizer) =>
    node.finalizers.some((other) => other.importId === importId && other.generation > generation)
  const dropped = due.map((finalizer) => (isStale(finalizer) ? undefined : node.held[finalizer.importId]))
  if (!world.step(node, { type: 'drop', imports, generations })) {
    node.finalizers.splice(start, 0, ...due)
    return false
  }
  for (const held of dropped) {
    // One that came back since is not dropped.
    if (held?.state !== 'unreferenced') continue
    held.state = 'gone'
    node.release(held)
  }
  return true
}

/** Whether a node has a session over which it could send to another, or is that node. */
function reaches(node: SimulatedNode, to: NodeId): boolean {
  return to === node.id || node.collector.isConnected(to)
}

/** A report, of this very moment. @returns whether there was a way to send it */
export function report(world: World, node: SimulatedNode, to: NodeId): boolean {
  if (!reaches(node, to)) return false
  node.reports++
  const ticket = node.collector.beginReport()
  return attempt(world, () =>
    world.step(node, { type: 'report', to, ticket, trace: node.heap.trace(node.collector.pinned) }),
  )
}

/** Does what the collector may refuse. @returns whether it happened */
export function attempt(world: World, act: () => boolean): boolean {
  try {
    return act()
  } catch (error) {
    // The session may be over by now, though nobody has said so yet.
    if (!isRefusal(error)) throw error
    world.stats.refused++
    return false
  }
}

/** A trace, frames taken in, and then a report with that trace: which the collector must refuse; then an honest one. */
export function reportLate(
  world: World,
  { node, to, between }: { node: SimulatedNode; to: NodeId; between: () => void },
): boolean {
  if (!reaches(node, to)) return false
  const ticket = node.collector.beginReport()
  const { collector, heap, roots, held, desk } = node
  const vouched = desk.sent.flatMap((answer) => answer.references)
  const imports = held.flatMap((each) => (each?.state === 'held' ? [each.handle] : []))
  const trace = new FrozenTrace(heap, {
    roots: [...roots, ...vouched].map((root) => root.handle),
    pinned: collector.pinned,
    others: [...collector.exports, ...imports],
  })
  between()
  if (!reaches(node, to)) return true
  node.reports++
  try {
    world.step(node, { type: 'report', to, ticket, trace })
  } catch (error) {
    if (error instanceof UsageError && error.code === 'void-ticket') return report(world, node, to)
    if (!isRefusal(error)) throw error
    world.stats.refused++
  }
  return true
}

/** Does what is due, with an inbox that is empty. @returns whether anything was */
export function tick(world: World, node: SimulatedNode): boolean {
  const deadline = node.collector.nextDeadline()
  if (deadline === null || deadline > node.localTime) return false
  world.step(node, { type: 'deadline' })
  return true
}

/** What the collector may refuse a program, by design. */
const REFUSALS = new Set(['no-session', 'suspended', 'gift-depth', 'unacked-bytes'])

/** Whether an error is a refusal that the program lives with. */
function isRefusal(error: unknown): boolean {
  return (error instanceof UsageError || error instanceof LimitError) && REFUSALS.has(error.code)
}
