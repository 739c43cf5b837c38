import type { CollectorOptions } from '@holdfast/collector'
import type { Rules } from '@holdfast/core'
import type { SimulatedNode } from './simulated-node.js'

/** How a lifetime's collector is made, besides its name. */
export type CollectorSettings = (
  of: SimulatedNode,
) => Omit<CollectorOptions, 'node' | 'incarnation' | 'codec'> & { readonly rules: Rules }
