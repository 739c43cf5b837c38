import type { ByReference } from '../remote-type.js'

/** Objects that ordinary code has marked. By identity and not by a property: a frozen object can be marked, too. */
const marked = new WeakSet<object>()

/**
 * Lets an object of any class travel by reference. It is pinned while another node holds it, so cycles through it are only found by
 * `node.traceExact()`; extend `Managed` to have them found in every round.
 * @returns the same object
 */
export function byReference<T extends object>(object: T): ByReference<T> {
  marked.add(object)
  return object as ByReference<T>
}

/** Whether it was marked. */
export const isByReference = (object: object): boolean => marked.has(object)
