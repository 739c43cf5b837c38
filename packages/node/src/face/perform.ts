/**
 * Carries out a request on a value: follows the path, then calls, reads or sets. Synchronous as long as nothing on the way is a promise
 * or a remote object.
 *
 * The trust boundary of calls: only what a class or an object shows by name is reachable, nothing that every object or function
 * has (`constructor`, `__proto__`, `call`, …), and no symbols.
 */
import { Managed } from '@holdfast/heap/managed'
import { byReference } from './by-reference.js'
import { RemoteProxy } from './remote-proxy.js'
import { CALL, GET, NEW, type Operation } from './request.js'

export interface Deed {
  readonly operation: Operation
  readonly path: readonly string[]
  /** The arguments of a call, or the value to set. */
  readonly value: unknown
}

/** @throws TypeError when the path leads nowhere; whatever the called code throws */
export function perform(base: unknown, deed: Deed): unknown {
  return walk(base, deed, 0)
}

function walk(from: unknown, deed: Deed, start: number): unknown {
  let current = from
  for (let step = start; ; step++) {
    if (isThenable(current)) return Promise.resolve(current).then((value) => walk(value, deed, step))
    if (step >= deed.path.length - 1) return finish(current, deed)
    current = read(current, deed.path[step])
  }
}

function finish(receiver: unknown, { operation, path, value }: Deed): unknown {
  const key = path.at(-1)
  if (operation === CALL) {
    const method = key === undefined ? receiver : read(receiver, key)
    if (typeof method !== 'function') throw new TypeError(`${path.join('.') || 'the target'} is not a function`)
    return Reflect.apply(method, key === undefined ? undefined : receiver, value as unknown[])
  }
  if (operation === NEW) return construct(key === undefined ? receiver : read(receiver, key), path, value as unknown[])
  if (operation === GET) return key === undefined ? receiver : read(receiver, key)
  if (key === undefined || !isObject(receiver) || !canSet(receiver, key)) {
    throw new TypeError(`${path.join('.') || 'the target'} cannot be set`)
  }
  ;(receiver as Record<string, unknown>)[key] = value
  return undefined
}

/** What a constructor makes travels by reference: it is the caller's own object. @throws TypeError */
function construct(constructor: unknown, path: readonly string[], args: unknown[]): unknown {
  if (typeof constructor !== 'function') throw new TypeError(`${path.join('.') || 'the target'} is no constructor`)
  const object = Reflect.construct(constructor, args) as object
  return RemoteProxy.behind(constructor) === undefined ? byReference(object) : object
}

/** What has these as its holder is every object's, and no part of what a program exposes. */
const HIDDEN = new Set<object>([Object.prototype, Function.prototype, Managed.prototype])
const UNSPEAKABLE = new Set(['constructor', 'prototype', '__proto__', 'caller', 'arguments'])

function read(value: unknown, key: string): unknown {
  if (value === null || value === undefined) throw new TypeError(`there is no ${key} of ${value}`)
  const object: object = isObject(value) ? value : (Object(value) as object)
  const isRemote = RemoteProxy.behind(object) !== undefined
  return isRemote || holderOf(object, key) !== null ? (value as Record<string, unknown>)[key] : undefined
}

/** Where a property that may be named from afar is defined. */
function holderOf(object: object, key: string): object | null {
  if (UNSPEAKABLE.has(key)) return null
  for (let holder: object | null = object; holder !== null; holder = Object.getPrototypeOf(holder) as object | null) {
    if (HIDDEN.has(holder)) return null
    if (Object.hasOwn(holder, key)) return holder
  }
  return null
}

/** Whether a field is there to be set: one that holds data, or has a setter. */
function canSet(object: object, key: string): boolean {
  const holder = holderOf(object, key)
  const property = holder === null ? undefined : Object.getOwnPropertyDescriptor(holder, key)
  if (property === undefined) return false
  return property.set !== undefined || (property.writable === true && typeof property.value !== 'function')
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && typeof (value as { then?: unknown }).then === 'function'
}
