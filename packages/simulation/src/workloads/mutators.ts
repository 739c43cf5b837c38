/** Random programs: they pass references on, link and unlink objects, and let go. */
import { populate } from './beginnings.js'
import type { Workload } from './workload.js'

export const mutators: Workload = {
  name: 'mutators',
  about: 'random programs that pass references on, link and unlink objects, and let go',
  prepare: populate,
}
