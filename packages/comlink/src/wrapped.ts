/**
 * What `wrap` returns: a proxy that can be called, constructed, read and written to by path. Values that come of it are those of the node:
 * remote objects and futures.
 */
import { futureOf } from '@holdfast/node'
import type { Door } from './door.js'
import { createEndpoint } from './symbols.js'

type Members = Record<string, unknown>
type Callable = (...args: unknown[]) => unknown

/** What the proxies of whole objects stand for. */
const doors = new WeakMap<object, Door>()

/** No arrow function: `new` is possible, too. What it has of its own is out of sight. */
function target(): void {}

export class Wrapped implements ProxyHandler<() => void> {
  readonly #door: Door
  readonly #path: readonly string[]

  private constructor(door: Door, path: readonly string[]) {
    this.#door = door
    this.#path = path
  }

  static of(door: Door, path: readonly string[] = []): object {
    const proxy = new Proxy(target, new Wrapped(door, path))
    if (path.length === 0) doors.set(proxy, door)
    return proxy
  }

  get(_target: () => void, key: string | symbol, proxy: object): unknown {
    const isPart = this.#path.length > 0
    if (typeof key === 'symbol') return this.#symbol(key)
    if (key === 'toJSON') return undefined
    if (key === 'then' || key === 'catch' || key === 'finally') return isPart ? this.#reading(key) : undefined
    // As in comlink: methods know their object anyway.
    if (isPart && key === 'bind') return () => proxy
    return Wrapped.of(this.#door, [...this.#path, key])
  }

  /** Sent in its turn, and not awaited: what goes wrong is an unhandled rejection. */
  set(_target: () => void, key: string | symbol, value: unknown): boolean {
    if (typeof key === 'symbol') return false
    this.#door.use((remote) => Reflect.set(walk(remote, this.#path), key, value))
    return true
  }

  apply(_target: () => void, _this: unknown, args: unknown[]): unknown {
    const last = this.#path.at(-1)
    return this.#with(args, (remote) => {
      if (last === undefined) return Reflect.apply(remote as unknown as Callable, undefined, args)
      const receiver = walk(remote, this.#path.slice(0, -1))
      return Reflect.apply(receiver[last] as Callable, receiver, args)
    })
  }

  construct(_target: () => void, args: unknown[]): object {
    return this.#with(args, (remote) =>
      Reflect.construct(walk(remote, this.#path) as unknown as Callable, args),
    ) as object
  }

  getPrototypeOf(): object | null {
    return Function.prototype
  }

  /** Does something with the remote object, not before those that are given along are there, too: what was wrapped goes out as what it is. */
  #with(args: readonly unknown[], action: (remote: object) => unknown): unknown {
    const late = args.flatMap((argument) => doors.get(argument as object) ?? []).filter(({ remote }) => remote === null)
    if (late.length === 0) return this.#door.use(action)
    return futureOf(Promise.all(late.map(({ arriving }) => arriving)).then(() => this.#door.use(action)))
  }

  #reading(key: 'then' | 'catch' | 'finally'): unknown {
    const value = this.#door.use((remote) => walk(remote, this.#path)) as Promise<unknown>
    return value[key].bind(value)
  }

  #symbol(key: symbol): unknown {
    const door = this.#door
    if (this.#path.length > 0) return door.remote === null ? undefined : Reflect.get(walk(door.remote, this.#path), key)
    if (key === createEndpoint) return () => door.createEndpoint()
    if (key === Symbol.dispose) return () => door[Symbol.dispose]()
    if (key === Symbol.asyncDispose) return async () => door[Symbol.dispose]()
    return door.view === null ? undefined : Reflect.get(door.view, key)
  }
}

function walk(remote: object, path: readonly string[]): Members {
  return path.reduce((object, key) => object[key] as Members, remote as Members)
}
