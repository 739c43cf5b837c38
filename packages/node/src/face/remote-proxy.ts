/** What stands for an object of another node in ordinary code. Its properties are fetched by name, never copied. */
import type { Handle } from '@holdfast/heap/object-heap'
import type { CallOptions } from './caller.js'
import type { RemoteFuture } from './future.js'
import type { Origin } from './origin.js'
import type { Deed } from './perform.js'
import { assignFromAfar, RemotePath, refuseToSet } from './remote-path.js'
import { CALL, NEW, type Operation } from './request.js'

/** What a proxy needs of its node. */
export interface RemoteCalls {
  readonly isAssignable: boolean
  requestOf(remote: RemoteProxy, deed: Deed): RemoteFuture<unknown>
  /** The program has let go of it. */
  dispose(remote: RemoteProxy, proxy: object): void
  /** For the console. */
  labelOf(remote: RemoteProxy): string
}

/** Reads what is behind a proxy. */
const BEHIND = Symbol('behind')
const INSPECT = Symbol.for('nodejs.util.inspect.custom')

const objectTarget = Object.create(null) as object
function functionTarget(): void {}
// Node's console asks the target, on behalf of the proxy.
for (const target of [objectTarget, functionTarget])
  Object.defineProperty(target, INSPECT, { value: inspect, configurable: true })

function inspect(this: object): string {
  const remote = RemoteProxy.behind(this)
  return remote === undefined ? 'Remote' : remote.calls.labelOf(remote)
}

type RemoteParts = Pick<RemoteProxy, 'calls' | 'handle'> & Partial<Pick<RemoteProxy, 'options' | 'view'>>

export class RemoteProxy implements ProxyHandler<object>, Origin {
  readonly calls: RemoteCalls
  readonly handle: Handle
  isDisposed = false
  /** How its calls are made. */
  readonly options: CallOptions | undefined
  /** The proxy that this is another view of: keeps it alive, and so the object. */
  readonly view: object | undefined
  /** The property that was named last: most code names the same again. */
  #lastKey = ''
  #lastPath: object | null = null

  private constructor({ calls, handle, options, view }: RemoteParts) {
    this.calls = calls
    this.handle = handle
    this.options = options
    this.view = view
  }

  /** What the program sees. */
  static create(calls: RemoteCalls, handle: Handle, isCallable: boolean): object {
    return new Proxy(isCallable ? functionTarget : objectTarget, new RemoteProxy({ calls, handle }))
  }

  /** Another proxy of the same object. */
  static withOptions({ calls, handle }: RemoteProxy, view: object, options: CallOptions): object {
    const target = typeof view === 'function' ? functionTarget : objectTarget
    return new Proxy(target, new RemoteProxy({ calls, handle, options, view }))
  }

  /** What is behind a proxy; undefined for anything else. */
  static behind(value: object): RemoteProxy | undefined {
    const behind = (value as { [BEHIND]?: unknown })[BEHIND]
    return behind instanceof RemoteProxy ? behind : undefined
  }

  request(operation: Operation, path: readonly string[], value: unknown): RemoteFuture<unknown> {
    return this.calls.requestOf(this, { operation, path, value })
  }

  get(_target: object, key: string | symbol, proxy: object): unknown {
    if (typeof key === 'string') return key === 'then' || key === 'toJSON' ? undefined : this.#path(key, proxy)
    if (key === BEHIND) return this
    if (key === Symbol.dispose) return () => this.calls.dispose(this, proxy)
    if (key === Symbol.asyncDispose) return async () => this.calls.dispose(this, proxy)
    if (key === Symbol.toStringTag) return 'Remote'
    if (key === Symbol.toPrimitive) return () => this.calls.labelOf(this)
    return undefined
  }

  apply(_target: object, _this: unknown, args: unknown[]): unknown {
    return this.request(CALL, [], args)
  }

  construct(_target: object, args: unknown[]): object {
    return this.request(NEW, [], args)
  }

  get isAssignable(): boolean {
    return this.calls.isAssignable
  }

  set(_target: object, key: string | symbol, value: unknown): boolean {
    return assignFromAfar(this, [String(key)], value)
  }

  defineProperty(): boolean {
    return refuseToSet()
  }

  deleteProperty(): boolean {
    return refuseToSet()
  }

  setPrototypeOf(): boolean {
    return false
  }

  preventExtensions(): boolean {
    return false
  }

  #path(key: string, proxy: object): object {
    if (this.#lastPath === null || this.#lastKey !== key) {
      this.#lastKey = key
      // Through the proxy: a method that is kept keeps the object.
      this.#lastPath = RemotePath.of(new OfProxy(this, proxy), [key])
    }
    return this.#lastPath
  }
}

/** Requests of a remote object, for as long as somebody has a property of it in hand. */
class OfProxy implements Origin {
  readonly #remote: RemoteProxy
  /** Read by nobody: it keeps the remote object alive. */
  readonly proxy: object

  constructor(remote: RemoteProxy, proxy: object) {
    this.#remote = remote
    this.proxy = proxy
  }

  get isAssignable(): boolean {
    return this.#remote.isAssignable
  }

  request(operation: Operation, path: readonly string[], value: unknown): RemoteFuture<unknown> {
    return this.#remote.request(operation, path, value)
  }
}
