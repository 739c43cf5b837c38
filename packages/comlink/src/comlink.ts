/** A thread's end of all that it has exposed and wrapped: one node, to which those of other threads are joined as they are met. */
import { UsageError } from '@holdfast/core'
import { createNode, type HoldfastNode, type NodeOptions } from '@holdfast/node'
import { ownEndpoint } from '#surroundings'
import { Arrival } from './arrival.js'
import { Desk } from './desk.js'
import { Door } from './door.js'
import type { Endpoint } from './endpoint.js'
import { Exposure, type Host } from './exposure.js'
import { type Port, randomName } from './handshake.js'
import { Meeting } from './meeting.js'
import type { Wrapped as WrappedType } from './remote-type.js'
import { Wrapped } from './wrapped.js'

/** Those of a node; lease and coordinator must be the same in all threads that meet. Default of `id`: a name that no other has. */
export type ComlinkOptions = Partial<NodeOptions>

export class Comlink {
  /** For what goes beyond comlink: `collect`, `stats`, `explain` and so on. */
  readonly node: HoldfastNode
  readonly #options: ComlinkOptions
  readonly #meeting: Meeting
  /** Made when something is exposed. */
  #desk: Desk | null = null
  /** Answers to `wrap`s of this very thread: no node has a session with itself. */
  #twin: Comlink | null = null
  readonly #forgotten = new FinalizationRegistry<Arrival>((arrival) => arrival.forget())

  constructor(options: ComlinkOptions = {}) {
    this.#options = options
    this.node = createNode({ id: randomId(), keepAlive: false, assignable: true, ...options })
    this.#meeting = new Meeting(this.node)
  }

  /**
   * Offers an object or function to whoever wraps the other end of an endpoint.
   * @param endpoint default: what joins this thread to the one that has started it
   * @param allowedOrigins who may ask, at an endpoint of a window; '*' for anybody
   * @throws UsageError `not-exposable`, `no-endpoint`
   */
  expose(
    object: unknown,
    endpoint: Endpoint | null = ownEndpoint(),
    allowedOrigins: readonly (string | RegExp)[] = ['*'],
  ): void {
    if (endpoint === null) throw new UsageError('no-endpoint', 'this thread was started by no other: say where')
    if ((typeof object !== 'object' && typeof object !== 'function') || object === null) {
      throw new UsageError('not-exposable', 'only objects and functions are exposed')
    }
    new Exposure(object, { endpoint, allowedOrigins, hostFor: (asker, isRemote) => this.#hostFor(asker, isRemote) })
  }

  /**
   * What is, or will be, exposed at the other end of an endpoint. Uses wait for it; they reject if the other end is closed before.
   */
  wrap<T>(endpoint: Endpoint): WrappedType<T> {
    const arrival = new Arrival(endpoint, { node: this.node, meeting: this.#meeting })
    const door = new Door(arrival.object(), {
      createEndpoint: (remote) => this.#portTo(remote),
      onReleased: () => arrival.forget(),
    })
    arrival.leadsTo(door)
    this.#forgotten.register(door, arrival)
    return Wrapped.of(door) as WrappedType<T>
  }

  /** Closes the node: calls reject, here and there. */
  close(): void {
    this.node.close()
    this.#twin?.close()
  }

  #portTo(object: object): Port {
    const { port1, port2 } = new MessageChannel()
    this.expose(object, port1)
    return port2
  }

  #hostFor(asker: string, isRemote: boolean): Host {
    if (asker === this.node.id && !isRemote) {
      this.#twin ??= new Comlink({ ...this.#options, id: randomId() })
      return this.#twin.#host
    }
    return this.#host
  }

  get #host(): Host {
    this.#desk ??= new Desk(this.node)
    return { node: this.node, meeting: this.#meeting, desk: this.#desk }
  }
}

const randomId = (): string => `comlink-${randomName()}`
