import type { CollectMessage, NodeId } from '@holdfast/core'
import type { NodeState } from './node-state.js'

/** An owner carries out a verdict, or refuses it whole. @throws ProtocolError before anything is changed */
export function applyVerdict(state: NodeState, coordinator: NodeId, message: CollectMessage): void {
  // A verdict on another lifetime of this node: late, and about nothing that is here.
  if (message.incarnation !== state.address.incarnation && state.rules.on('collect-names-incarnation')) return
  const objects = state.exports.sweep(message.ids, message.versions)
  if (objects === undefined) {
    state.counts.alarms++
    state.emit({ type: 'alarm', coordinator, condemned: message.ids.length })
    return
  }
  state.counts.verdictsApplied++
  state.released('verdict', objects)
}
