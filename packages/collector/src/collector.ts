/** One node's whole protocol: what `CollectorCore` has, the reports, and the coordinator's part when this node is asked to play it. */
import type { Rules } from '@holdfast/core'
import { CollectorCore, type CollectorOptions } from './collector-core.js'
import { coordination } from './coordination.js'
import { type CollectorImage, imageOf, restoreImage } from './image.js'

export class Collector extends CollectorCore {
  constructor(options: CollectorOptions, rules?: Rules) {
    super(options, rules)
    this.complete(coordination)
  }

  /** The state as data: between two turns, behind a `checkpoint`. Of views, good until the next turn. O(peers). */
  image(): CollectorImage {
    return imageOf(this.parts)
  }

  /** Becomes the collector that an image is of, which had the same options. Only for a new one. O(what it knows). */
  restore(image: CollectorImage): void {
    restoreImage(this.parts, image)
  }
}
