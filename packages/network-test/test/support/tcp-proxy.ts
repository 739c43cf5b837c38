/** A TCP proxy that does to connections what networks do: cuts them, loses what is sent without a word, refuses new ones. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export class TcpProxy {
  readonly #server: Server
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  /** How many connections there have been. */
  connections = 0
  #isRefusing = false

  private constructor(target: number) {
    this.#server = createServer((near) => {
      this.connections++
      if (this.#isRefusing) {
        near.resetAndDestroy()
        return
      }
      this.#join(near, connect(target, '127.0.0.1'))
    })
  }

  /** @param port of a server of this machine */
  static async before(port: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(port)
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening')
    return proxy
  }

  get address(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  /** Breaks all connections, as a router that restarts does. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy()
  }

  /** Nothing gets through any more on the connections that there are, and neither side is told. */
  blackHole(): void {
    for (const [near, far] of this.#pairs) {
      near.unpipe(far).resume()
      far.unpipe(near).resume()
    }
  }

  refuse(isRefusing: boolean): void {
    this.#isRefusing = isRefusing
  }

  close(): void {
    this.#server.close()
    this.cut()
  }

  #join(near: Socket, far: Socket): void {
    const pair = [near, far] as const
    this.#pairs.add(pair)
    for (const socket of pair) {
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#pairs.delete(pair)
        for (const each of pair) each.destroy()
      })
    }
    near.pipe(far)
    far.pipe(near)
  }
}
