/** Faults of the network: connections that break in all ways, traffic that is late or lost. */
import type { TcpProxy } from '../network/tcp-proxy.js'
import { VAULT } from '../workload/vault-calls.js'
import type { DrawnFault, FaultContext } from './fault.js'
import type { Route } from './wires.js'

export const reset = (context: FaultContext): DrawnFault => breaking(context, (proxy) => proxy.cut())
export const close = (context: FaultContext): DrawnFault => breaking(context, (proxy) => proxy.end())
export const halfOpen = (context: FaultContext): DrawnFault => breaking(context, (proxy) => proxy.halfOpen())

/** Frames of a session are mostly shorter than that. */
const MOST_BYTES = 400

export function truncate(context: FaultContext): DrawnFault {
  const bytes = context.parts.random.below(MOST_BYTES)
  return breaking(context, (proxy) => proxy.cutAfter(bytes))
}

/** What joins two is broken, in a moment. */
function breaking(context: FaultContext, broken: (proxy: TcpProxy) => void): DrawnFault {
  const [a, b] = context.drawPair()
  const begin = (): void => {
    for (const proxy of context.parts.wires.between([a], [b])) broken(proxy)
  }
  return { what: `${a} and ${b}`, touched: [], pairs: context.apart([a], [b]), ms: 0, begin, end: () => {} }
}

export function delay(context: FaultContext): DrawnFault {
  const { wires, random } = context.parts
  const [a, b] = context.drawPair()
  const late = context.terms(0.05, 0.6)
  const routes = [...wires.routes(a, b), ...(random.chance(0.5) ? wires.routes(b, a) : [])]
  const set = (ms: number) => (): void => {
    for (const { proxy, way } of routes) proxy.delay(way, ms)
  }
  const what = `${a} and ${b} by ${late} ms`
  return { what, touched: [], pairs: [], ms: context.terms(1, 4), begin: set(late), end: set(0) }
}

export function blackHole(context: FaultContext): DrawnFault {
  const [a, b] = context.drawPair()
  const lost = losing(context.parts.wires.bothWays([a], [b]))
  return {
    ...lost,
    what: `${a} and ${b}`,
    touched: [],
    pairs: context.apart([a], [b]),
    ms: context.terms(0.3, 2.5),
  }
}

export function oneWay(context: FaultContext): DrawnFault {
  const { wires, random } = context.parts
  const [a, b] = context.drawPair()
  const [from, to] = random.chance(0.5) ? [a, b] : [b, a]
  return {
    ...losing(wires.routes(from, to)),
    what: `${from} to ${to}`,
    touched: [],
    pairs: context.apart([from], [to]),
    ms: context.terms(0.3, 2.5),
  }
}

export function isolate(context: FaultContext): DrawnFault {
  const { wires, random } = context.parts
  const name = random.pick(context.everybody)
  const others = context.everybody.filter((other) => other !== name)
  return {
    ...losing(wires.bothWays([name], others)),
    what: name,
    touched: [name],
    pairs: context.pairsOf([name]),
    ms: context.terms(0.5, 2.5),
  }
}

export function split(context: FaultContext): DrawnFault {
  const { wires, random } = context.parts
  const { everybody } = context
  const drawn = everybody.filter(() => random.chance(0.5)).slice(0, Math.floor(everybody.length / 2))
  const part = drawn.length === 0 ? [VAULT] : drawn
  const rest = everybody.filter((name) => !part.includes(name))
  return {
    ...losing(wires.bothWays(part, rest)),
    what: `${part.join(' ')} from ${rest.join(' ')}`,
    touched: part,
    pairs: context.apart(part, rest),
    ms: context.terms(0.5, 2.5),
  }
}

function losing(routes: readonly Route[]): Pick<DrawnFault, 'begin' | 'end'> {
  const set = (isLosing: boolean) => (): void => {
    for (const { proxy, way } of routes) proxy.lose(way, isLosing)
  }
  return { begin: set(true), end: set(false) }
}
