import { UsageError } from '@holdfast/core'
import type { Listening } from './listener.js'

/** @throws UsageError `unsupported` */
export async function listenForSockets(): Promise<Listening> {
  throw new UsageError('unsupported', 'a page cannot listen: connect to a node that does')
}
