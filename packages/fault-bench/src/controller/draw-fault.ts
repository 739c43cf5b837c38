/** Draws faults, whatever is going on at the moment: the same seed draws the same ones. */
import type { DrawnFault, Fault, FaultContext, FaultKind } from './fault.js'
import * as network from './network-faults.js'
import * as processes from './process-faults.js'

/** How each is made, and how often it is drawn. */
const MAKERS: Readonly<Record<FaultKind, readonly [weight: number, make: (context: FaultContext) => DrawnFault]>> = {
  kill: [4, processes.kill],
  'kill durable': [3, processes.killDurable],
  stop: [3, processes.stop],
  'long stop': [3, processes.longStop],
  reset: [3, network.reset],
  close: [2, network.close],
  'half open': [3, network.halfOpen],
  truncate: [3, network.truncate],
  delay: [3, network.delay],
  'black hole': [3, network.blackHole],
  'one way': [3, network.oneWay],
  isolate: [3, network.isolate],
  split: [2, network.split],
  'full disk': [2, processes.fullDisk],
  'kill server': [3, processes.killServer],
  'stop server': [2, processes.stopServer],
}

export function drawFault(context: FaultContext): Fault {
  const { random, server } = context.parts
  const all = (Object.keys(MAKERS) as FaultKind[]).filter((kind) => server !== null || !kind.endsWith(' server'))
  const total = all.reduce((sum, kind) => sum + MAKERS[kind][0], 0)
  let drawn = random.fraction() * total
  const kind = all.find((each) => (drawn -= MAKERS[each][0]) < 0) ?? all[0]
  return { kind, ...MAKERS[kind][1](context) }
}
