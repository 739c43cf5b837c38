/**
 * A property of a remote object that was named and not fetched: `lobby.owner.name`. Nothing is sent before it is called, or
 * awaited; then the whole path goes in one message.
 */
import type { RemoteFuture } from './future.js'
import type { Origin } from './origin.js'
import { CALL, GET, NEW, SET } from './request.js'

/** Tells a path from a function of the program. */
const PATH = Symbol('path')

/** No arrow function: `new` is possible, too. What it has of its own is out of sight. */
function target(): void {}

export class RemotePath implements ProxyHandler<() => void> {
  readonly #origin: Origin
  readonly #path: readonly string[]

  private constructor(origin: Origin, path: readonly string[]) {
    this.#origin = origin
    this.#path = path
  }

  /** What the program sees. */
  static of(origin: Origin, path: readonly string[]): object {
    return new Proxy(target, new RemotePath(origin, path))
  }

  static isPath(value: unknown): boolean {
    return typeof value === 'function' && (value as { [PATH]?: true })[PATH] === true
  }

  get(_target: () => void, key: string | symbol, proxy: unknown): unknown {
    if (key === PATH) return true
    // As users of comlink write it: what a method of a remote object is called on is not for them to say.
    if (key === 'bind' && this.#origin.isAssignable) return () => proxy
    if (key === 'then' || key === 'catch' || key === 'finally') {
      // Only when it is called: whoever looks whether this is a promise does not want the value yet.
      return (...args: never[]) => Reflect.apply(Promise.prototype[key], this.#fetch(), args) as unknown
    }
    if (typeof key === 'string') return key === 'toJSON' ? undefined : RemotePath.of(this.#origin, [...this.#path, key])
    if (key === Symbol.asyncIterator) return () => this.#fetch()[Symbol.asyncIterator]()
    if (key === Symbol.toStringTag) return 'RemotePath'
    if (key === Symbol.toPrimitive) return () => `Remote path ${this.#path.join('.')}`
    return undefined
  }

  apply(_target: () => void, _this: unknown, args: unknown[]): unknown {
    return this.#origin.request(CALL, this.#path, args)
  }

  construct(_target: () => void, args: unknown[]): object {
    return this.#origin.request(NEW, this.#path, args)
  }

  set(_target: () => void, key: string | symbol, value: unknown): boolean {
    return assignFromAfar(this.#origin, [...this.#path, String(key)], value)
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

  getPrototypeOf(): object | null {
    return Function.prototype
  }

  #fetch(): RemoteFuture<unknown> {
    return this.#origin.request(GET, this.#path, undefined)
  }
}

/** @throws TypeError unless the node's options allow it */
export function assignFromAfar(origin: Origin, path: readonly string[], value: unknown): boolean {
  if (!origin.isAssignable) return refuseToSet()
  void origin.request(SET, path, value)
  return true
}

/** @throws TypeError always: an assignment could not be awaited */
export function refuseToSet(): never {
  throw new TypeError('a remote object is not written to by assignment: call a method of it, or assign(remote, { … })')
}
