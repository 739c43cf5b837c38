/** What runtimes do, when chance says. */
import type { RuntimeAction } from '../action.js'
import { collectLocally, finalize, report, reportLate, tick } from '../runtime.js'
import type { SimulatedNode } from '../simulated-node.js'
import type { World } from '../world.js'

/** @returns whether the action made sense */
export function performRuntime(world: World, action: RuntimeAction): boolean {
  const node = world.active(action.at)
  if (node === null) return false
  switch (action.do) {
    case 'collect':
      collectLocally(world, node)
      return true
    case 'finalize':
      return finalize(world, node, action.which)
    case 'report':
      return withNode(world, action.to, (to) => report(world, node, to.id))
    case 'report-late':
      return withNode(world, action.to, (to) =>
        reportLate(world, { node, to: to.id, between: () => takeFramesIn(world, node, action.frames) }),
      )
    case 'judge':
      world.step(node, { type: 'judge' })
      return true
    case 'begin-round':
      world.step(node, { type: 'begin-round', nodes: world.lives.map((life) => life.id) })
      return true
    case 'tick':
      return tick(world, node)
  }
}

function withNode(world: World, name: string, act: (node: SimulatedNode) => boolean): boolean {
  const node = world.find(name)
  return node !== null && act(node)
}

function takeFramesIn(world: World, node: SimulatedNode, count: number): void {
  let left = count
  for (const wire of world.network.deliverable([])) {
    if (wire.to !== node) continue
    for (; left > 0 && wire.frames.length > 0; left--) {
      const frame = wire.frames.shift()
      if (frame !== undefined) world.tell(node, { type: 'frame', peer: wire.from.id, frame })
    }
  }
}
