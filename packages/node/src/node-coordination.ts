/** Where reports and rounds come from: in Node they are at hand. Chosen as `#coordination` by the package's `imports`. */
import type { MakeCoordination } from '@holdfast/collector'
import { coordination } from '@holdfast/collector/coordination'

/** Loads it when it is needed first; null where it is at hand (`browser-coordination.ts`). */
export const loadCoordination: (() => Promise<MakeCoordination>) | null = null

export const coordinationAtHand: MakeCoordination | null = coordination
