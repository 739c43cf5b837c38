/**
 * An object that is exposed at an endpoint. It is kept until somebody has taken it; from then on those who have it keep it, so that what
 * both sides have forgotten goes, cycles included. At a port the exposure ends with that: the port is closed. At a worker or a window it stays.
 */
import { byReference, type HoldfastNode } from '@holdfast/node'
import { ownEndpoint } from '#surroundings'
import type { Desk } from './desk.js'
import { type Endpoint, isPort, listen } from './endpoint.js'
import { readSaying, type Saying } from './handshake.js'
import type { Meeting } from './meeting.js'
import { finalizer } from './symbols.js'
import { viewOf } from './view-of.js'

/** One of this thread's nodes, with what it needs for others to come to it. */
export interface Host {
  readonly node: HoldfastNode
  readonly meeting: Meeting
  readonly desk: Desk
}

export interface ExposureContext {
  readonly endpoint: Endpoint
  /** Who may ask, at a window. */
  readonly allowedOrigins: readonly (string | RegExp)[]
  /** Which of this thread's nodes answers to a node: its objects do not leave it for itself, and those of others need not. */
  readonly hostFor: (asker: string, isRemote: boolean) => Host
}

export class Exposure {
  readonly #context: ExposureContext
  readonly #isForever: boolean
  /** It is passed on, and its owner's. */
  readonly #isRemote: boolean
  /** Null once the object was taken, unless it stays for ever. */
  #kept: object | null
  readonly #object: WeakRef<object>
  /** Questions that have got their answer. */
  readonly #answered = new Set<string>()
  /** What is to be undone in the end. */
  readonly #undo: (() => void)[] = []

  constructor(object: object, context: ExposureContext) {
    const { endpoint } = context
    this.#context = context
    this.#isForever = !isPort(endpoint) || endpoint === ownEndpoint()
    this.#isRemote = viewOf(object) !== null
    this.#kept = byReference(object)
    this.#object = new WeakRef(object)
    this.#undo.push(
      listen(endpoint, { message: (data, origin) => this.#hear(data, origin), closed: () => this.#end() }),
    )
    this.#say({ comlink: 'here' })
  }

  #hear(data: unknown, origin: string): void {
    const saying = readSaying(data)
    if (saying === null || !this.#isAllowed(origin)) return
    if (saying.comlink === 'ask') this.#answer(saying.question, saying.node)
    else if (saying.comlink === 'port') this.#hostFor(saying.node).meeting.meet(saying.node, saying.port)
  }

  #answer(question: string, asker: string): void {
    if (this.#answered.has(question)) return
    this.#answered.add(question)
    const { node, meeting, desk } = this.#hostFor(asker)
    const ticket = desk.issue(() => this.#give(node))
    this.#undo.push(() => desk.withdraw([ticket]))
    const port = meeting.portFor(asker)
    const answer = { comlink: 'answer', question, node: node.id, ticket } as const
    if (port === null) this.#say(answer)
    else this.#say({ ...answer, port }, [port])
  }

  #hostFor(asker: string): Host {
    return this.#context.hostFor(asker, this.#isRemote)
  }

  #give(node: HoldfastNode): object {
    const object = this.#kept ?? this.#object.deref()
    if (object === undefined) throw new ReferenceError('what was exposed is gone')
    if (this.#kept !== null) this.#watch(node, object)
    if (!this.#isForever) this.#kept = null
    return object
  }

  /** For the end of it: the object is taken for the first time. */
  #watch(node: HoldfastNode, object: object): void {
    if (!this.#isRemote) this.#undo.push(node.on('released', () => this.#released(node)))
    if (!this.#isForever) this.#undo.push(node.onReclaimed(object, this.#ending()))
  }

  /** No closure of where the object is in hand: that would keep it. */
  #ending(): () => void {
    return () => this.#end()
  }

  #released(node: HoldfastNode): void {
    const object = this.#object.deref()
    if (object === undefined || node.referrers(object).length > 0) return
    const end = (object as { [finalizer]?: unknown })[finalizer]
    if (!this.#isForever) this.#end()
    if (typeof end === 'function') Reflect.apply(end, object, [])
  }

  #end(): void {
    this.#kept = null
    for (const undo of this.#undo.splice(0)) undo()
    if (!this.#isForever) (this.#context.endpoint as { close?(): void }).close?.()
  }

  #isAllowed(origin: string): boolean {
    return this.#context.allowedOrigins.some((allowed) =>
      allowed instanceof RegExp ? allowed.test(origin) : allowed === '*' || allowed === origin,
    )
  }

  #say(saying: Saying, transfer: object[] = []): void {
    this.#context.endpoint.postMessage(saying, transfer as never[])
  }
}
