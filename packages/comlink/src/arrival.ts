/**
 * Asks for what is exposed at the other end of an endpoint, and sees to what becomes of that end: when its thread is gone, so is all that was
 * had from it, at once; when the endpoint is closed, the proxy is released.
 */
import type { HoldfastNode } from '@holdfast/node'
import { DESK, type RemoteDesk } from './desk.js'
import { type Endpoint, listen } from './endpoint.js'
import { EndpointClosedError } from './endpoint-closed-error.js'
import { randomName, readSaying, type Saying } from './handshake.js'
import type { Meeting } from './meeting.js'

export interface ArrivalContext {
  readonly node: HoldfastNode
  readonly meeting: Meeting
}

export class Arrival {
  readonly #context: ArrivalContext
  readonly #endpoint: Endpoint
  readonly #question = randomName()
  readonly #stop: () => void
  /** Null when it has been called: it keeps what it was called with. */
  #settle: ((object: PromiseLike<object>) => void) | null = null
  /** The node that has answered. */
  #peer: string | null = null
  #door: WeakRef<Disposable> | null = null

  constructor(endpoint: Endpoint, context: ArrivalContext) {
    this.#context = context
    this.#endpoint = endpoint
    this.#stop = listen(endpoint, {
      message: (data) => this.#hear(readSaying(data)),
      closed: (isThread) => this.#closed(isThread),
    })
  }

  /** The object over there. To be called once. */
  object(): Promise<object> {
    const object = new Promise<object>((resolve) => {
      this.#settle = resolve
    })
    this.#ask()
    return object
  }

  /** What stands for the object in this thread; not kept by this. */
  leadsTo(door: Disposable): void {
    this.#door = new WeakRef(door)
  }

  /** Nobody has it any more: the endpoint is of no more interest. Idempotent. */
  forget(): void {
    this.#stop()
  }

  #ask(): void {
    this.#say({ comlink: 'ask', question: this.#question, node: this.#context.node.id })
  }

  #hear(saying: Saying | null): void {
    if (this.#peer !== null || saying === null) return
    if (saying.comlink === 'here') this.#ask()
    if (saying.comlink !== 'answer' || saying.question !== this.#question) return
    const { node, meeting } = this.#context
    this.#peer = saying.node
    if (saying.port === undefined) this.#sendPort(saying.node)
    else meeting.meet(saying.node, saying.port)
    const desk = node.lookup<RemoteDesk>(saying.node, DESK) as unknown as { take(ticket: string): Promise<object> }
    this.#resolve(desk.take(saying.ticket))
  }

  #resolve(object: PromiseLike<object>): void {
    this.#settle?.(object)
    this.#settle = null
  }

  /** If it is this node's to make the port, and there is none. */
  #sendPort(peer: string): void {
    const { node, meeting } = this.#context
    const port = meeting.portFor(peer)
    if (port !== null) this.#say({ comlink: 'port', node: node.id, port }, [port])
  }

  #closed(isThread: boolean): void {
    this.#stop()
    if (this.#peer === null) this.#resolve(Promise.reject(new EndpointClosedError()))
    else if (isThread) this.#context.node.declareGone(this.#peer)
    else this.#door?.deref()?.[Symbol.dispose]()
  }

  #say(saying: Saying, transfer: object[] = []): void {
    this.#endpoint.postMessage(saying, transfer as never[])
  }
}
