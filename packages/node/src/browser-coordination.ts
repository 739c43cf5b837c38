/** What `node-coordination.ts` is in Node: what a page needs for its first calls has no reports and no rounds in it. */
import type { MakeCoordination } from '@holdfast/collector'

export async function loadCoordination(): Promise<MakeCoordination> {
  const { coordination } = await import('@holdfast/collector/coordination')
  return coordination
}

export const coordinationAtHand = null
