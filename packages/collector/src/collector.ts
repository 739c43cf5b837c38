/** One node's whole protocol: what `CollectorCore` has, the reports, and the coordinator's part when this node is asked to play it. */
import type { Rules } from '@holdfast/core'
import { CollectorCore, type CollectorOptions } from './collector-core.js'
import { coordination } from './coordination.js'

export class Collector extends CollectorCore {
  constructor(options: CollectorOptions, rules?: Rules) {
    super(options, rules)
    this.complete(coordination)
  }
}
