import type { ExportId } from '@holdfast/core'
import type { NodeState } from './node-state.js'
import type { Remote } from './remotes.js'

/**
 * Answers the last message received from a holder: what it named is gone, or not listed for it.
 * @param ids ascending
 * @param isRefusal it claimed gifts that nobody has made
 */
export function answerBroken(state: NodeState, holder: Remote, ids: readonly ExportId[], isRefusal = false): void {
  const sequence = state.append(holder, { type: 'dgc:broken', ids, at: holder.received, isRefusal })
  if (sequence > 0) holder.told = sequence
}
