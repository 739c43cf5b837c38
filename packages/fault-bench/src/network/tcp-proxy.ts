/**
 * A TCP proxy that does to connections what networks do: delays, cuts them, cuts them in the middle of something, loses what is sent without a
 * word, leaves one side believing that there is another, refuses new ones.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { Direction } from './direction.js'

const HOST = '127.0.0.1'

/** Which way: from who has connected to the server behind, or back. */
export type Way = 'forth' | 'back'

interface Pair {
  readonly near: Socket
  readonly far: Socket
  readonly ways: Readonly<Record<Way, Direction>>
}

export class TcpProxy {
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  /** How many connections there have been. */
  connections = 0
  #target: number | null
  #isRefusing = false
  readonly #delays: Record<Way, number> = { forth: 0, back: 0 }
  readonly #isLosing: Record<Way, boolean> = { forth: false, back: false }

  private constructor(target: number | null) {
    this.#target = target
    this.#server = createServer((near) => {
      this.connections++
      near.on('error', () => {})
      if (this.#isRefusing || this.#target === null) reset(near)
      else this.#join(near, connect(this.#target, HOST))
    })
  }

  /** @param port of a server of this machine; null: nobody is there yet */
  static async before(port: number | null): Promise<TcpProxy> {
    const proxy = new TcpProxy(port)
    await once(proxy.#server.listen(0, HOST), 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get address(): string {
    return `ws://${HOST}:${this.port}/`
  }

  /** New connections go there; those that there are stay. */
  retarget(port: number | null): void {
    this.#target = port
  }

  /** Breaks all connections, as a router that restarts does. */
  cut(): void {
    for (const { near, far } of this.#pairs) for (const socket of [near, far]) reset(socket)
  }

  /** Ends all connections in good order, as far as TCP is concerned. */
  end(): void {
    for (const { near, far } of this.#pairs) for (const socket of [near, far]) socket.end(() => socket.destroy())
  }

  /** Lets so many bytes through, each way, and then cuts: in the middle of a frame, mostly. */
  cutAfter(bytes: number): void {
    for (const { ways } of this.#pairs) for (const way of Object.values(ways)) way.cutAfter(bytes)
  }

  /** Who has connected goes on to believe in a connection whose other end is gone, until somebody answers with a reset. */
  halfOpen(): void {
    for (const { far, ways } of this.#pairs) {
      for (const way of Object.values(ways)) way.lose()
      far.removeAllListeners('close').destroy()
    }
  }

  /** Nothing gets through any more on the connections that there are, and neither side is told. */
  blackHole(): void {
    for (const { ways } of this.#pairs) for (const way of Object.values(ways)) way.lose()
  }

  /** Nothing gets through one way, on the connections that there are and on new ones. Those that have lost something break when it is over. */
  lose(way: Way, isLosing: boolean): void {
    this.#isLosing[way] = isLosing
    for (const { near, far, ways } of this.#pairs) {
      if (isLosing) ways[way].lose()
      else if (ways[way].isLosing) for (const socket of [near, far]) reset(socket)
    }
  }

  /** Everything takes so much longer one way, in ms; the order stays. */
  delay(way: Way, ms: number): void {
    this.#delays[way] = ms
    for (const { ways } of this.#pairs) ways[way].delay = ms
  }

  refuse(isRefusing: boolean): void {
    this.#isRefusing = isRefusing
  }

  close(): void {
    this.#server.close()
    this.cut()
  }

  #join(near: Socket, far: Socket): void {
    const cut = (): void => {
      for (const socket of [near, far]) reset(socket)
    }
    const ways = { forth: new Direction(near, far, cut), back: new Direction(far, near, cut) }
    const pair: Pair = { near, far, ways }
    this.#pairs.add(pair)
    for (const way of ['forth', 'back'] as const) {
      ways[way].delay = this.#delays[way]
      if (this.#isLosing[way]) ways[way].lose()
    }
    for (const socket of [near, far]) {
      socket.setNoDelay(true)
      socket.on('error', () => {})
    }
    // Either end takes the other with it.
    near.on('close', () => {
      this.#pairs.delete(pair)
      far.destroy()
    })
    far.on('close', () => near.destroy())
  }
}

/** One that is about to end in good order can't be reset any more: node would wait for its end for ever when the process ends. */
function reset(socket: Socket): void {
  if (socket.writableEnded || socket.connecting) socket.destroy()
  else socket.resetAndDestroy()
}
