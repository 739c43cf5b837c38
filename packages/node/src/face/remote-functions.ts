/** What can be done with a remote object besides calling it. Functions, since all its properties are those of the object. */
import { UsageError } from '@holdfast/core'
import type { Remote } from '../remote-type.js'
import type { CallOptions } from './caller.js'
import { RemoteProxy } from './remote-proxy.js'
import { SET } from './request.js'

/**
 * The same remote object, whose calls are made in another way: with a time limit, or a signal that gives them up.
 * @throws UsageError `not-remote`
 */
export function calling<T extends object>(remote: T, options: CallOptions): T {
  return RemoteProxy.withOptions(behind(remote), remote, options) as T
}

/**
 * Sets fields of a remote object, in order, each in a message of its own.
 * @returns when the last is set; rejects with the first error
 * @throws UsageError `not-remote`
 */
export async function assign<T>(remote: Remote<T>, fields: Readonly<Partial<T>>): Promise<void> {
  const proxy = behind(remote)
  await Promise.all(Object.entries(fields).map(([name, value]) => proxy.request(SET, [name], value)))
}

function behind(remote: object): RemoteProxy {
  const proxy = RemoteProxy.behind(remote)
  if (proxy === undefined) throw new UsageError('not-remote', 'this is no object of another node')
  return proxy
}
