/** The connections between processes, each through a proxy: what faults of the network are done to. */
import type { NatsServer } from '../network/nats-server.js'
import { TcpProxy, type Way } from '../network/tcp-proxy.js'
import type { Network } from '../programs/settings.js'
import { VAULT } from '../workload/vault-calls.js'

/** One direction of a proxy. */
export interface Route {
  readonly proxy: TcpProxy
  readonly way: Way
}

export interface Wires {
  /** What a process is told of the network. */
  networkOf(name: string): Network
  /** A process listens at another port now; null: it is gone. */
  moved(name: string, port: number | null): void
  /** Whatever joins one of some processes with one of others. */
  between(some: readonly string[], others: readonly string[]): TcpProxy[]
  /** What carries that which one says to another. */
  routes(from: string, to: string): Route[]
  /** What carries that which some and others say to each other. */
  bothWays(some: readonly string[], others: readonly string[]): Route[]
  /** Who else is out of reach for whom when that is lost: only the two, or one and everybody. */
  readonly isShared: boolean
  close(): void
}

const HOST = '127.0.0.1'

/** A proxy for each pair and whoever of the two connects: a pair can be cut and nobody else. */
export async function webSocketWires(members: readonly string[]): Promise<Wires> {
  const proxies = new Map<string, TcpProxy>()
  for (const from of members) {
    for (const to of [...members, VAULT]) if (from !== to) proxies.set(`${from}>${to}`, await TcpProxy.before(null))
  }
  const pairs = (some: readonly string[], others: readonly string[]) =>
    some.flatMap((from) => others.filter((to) => to !== from).map((to) => [from, to] as const))
  const route = (from: string, to: string, way: Way): Route[] => {
    const proxy = proxies.get(`${from}>${to}`)
    return proxy === undefined ? [] : [{ proxy, way }]
  }
  const routes = (from: string, to: string): Route[] => [...route(from, to, 'forth'), ...route(to, from, 'back')]
  return {
    isShared: false,
    networkOf: (name) => {
      const urls = [...proxies].filter(([key]) => key.startsWith(`${name}>`))
      return {
        type: 'websocket',
        urls: Object.fromEntries(urls.map(([key, { address }]) => [key.slice(name.length + 1), address])),
      }
    },
    moved: (name, port) => {
      for (const [key, proxy] of proxies) if (key.endsWith(`>${name}`)) proxy.retarget(port)
    },
    between: (some, others) =>
      pairs(some, others).flatMap(([a, b]) =>
        [...route(a, b, 'forth'), ...route(b, a, 'forth')].map(({ proxy }) => proxy),
      ),
    routes,
    bothWays: (some, others) => pairs(some, others).flatMap(([a, b]) => [...routes(a, b), ...routes(b, a)]),
    close: () => {
      for (const proxy of proxies.values()) proxy.close()
    },
  }
}

/** A proxy for each process, before the server: who is cut off is so from all. */
export async function natsWires(members: readonly string[], server: NatsServer): Promise<Wires> {
  const proxies = new Map<string, TcpProxy>()
  for (const name of [...members, VAULT]) proxies.set(name, await TcpProxy.before(server.port))
  const of = (names: readonly string[]): TcpProxy[] => names.flatMap((name) => proxies.get(name) ?? [])
  const cluster = `bench-${process.pid}`
  return {
    isShared: true,
    networkOf: (name) => ({ type: 'nats', server: `nats://${HOST}:${of([name])[0].port}`, cluster }),
    moved: () => {},
    between: (some) => of(some),
    routes: (from) => of([from]).map((proxy) => ({ proxy, way: 'forth' })),
    bothWays: (some) =>
      of(some).flatMap((proxy) => [
        { proxy, way: 'forth' },
        { proxy, way: 'back' },
      ]),
    close: () => {
      for (const proxy of proxies.values()) proxy.close()
    },
  }
}
