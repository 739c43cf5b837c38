/** A peer that lies, floods, never drops, and names what it was never granted: it must harm nobody but itself. */
import { populate } from './beginnings.js'
import type { Workload } from './workload.js'

export const misbehavingPeer: Workload = {
  name: 'misbehaving-peer',
  about: 'a peer that lies, floods, never drops and names what it was never granted',
  weights: { forge: 8, connect: 10, link: 2 },
  prepare: populate,
}
