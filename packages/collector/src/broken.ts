import type { BrokenMessage, ExportId } from '@holdfast/core'
import type { NodeState } from './node-state.js'
import type { Remote } from './remotes.js'

/** Answers the last message received from a holder: what it named is gone, or not listed for it. @param ids ascending */
export function answerBroken(state: NodeState, holder: Remote, ids: readonly ExportId[]): void {
  answer(state, holder, { ids, isRefusal: false })
}

/** Answers the last message received from a holder: it claimed gifts that nobody has made, or that were claimed. @param ids ascending */
export function answerRefused(state: NodeState, holder: Remote, ids: readonly ExportId[]): void {
  answer(state, holder, { ids, isRefusal: true })
}

function answer(state: NodeState, holder: Remote, what: Pick<BrokenMessage, 'ids' | 'isRefusal'>): void {
  const sequence = state.append(holder, { type: 'dgc:broken', ...what, at: holder.received })
  if (sequence > 0) holder.told = sequence
}
