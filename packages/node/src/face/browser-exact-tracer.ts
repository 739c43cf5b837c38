/** What `node-exact-tracer.ts` is in Node: other platforms do not show their heap. */
import { UsageError } from '@holdfast/core'

export async function traceExact(): Promise<never> {
  throw new UsageError('unsupported', 'only Node shows what its heap holds')
}
