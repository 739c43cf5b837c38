/**
 * The coordinator's part, which any node can play at any time: ask nodes for reports, judge what arrived, send verdicts.
 * All of it is soft state. A round that is lost, doubled or taken over by another node only delays.
 */
import { type CollectMessage, type NodeAddress, type NodeId, ProtocolError, type ReportMessage } from '@holdfast/core'
import { Collage, decodeReport, encodeReport, judge, type Report, type VerdictOptions } from '@holdfast/tracing'
import type { NodeState } from './node-state.js'
import { pieces } from './pieces.js'
import type { Remote } from './remotes.js'

export class Coordination {
  readonly #state: NodeState
  readonly #options: VerdictOptions
  readonly #collage = new Collage()
  /** Nodes whose report the round waits for; null when there is no round. */
  #awaited: Set<NodeId> | null = null
  #missing: NodeId[] = []

  constructor(state: NodeState, options: VerdictOptions) {
    this.#state = state
    this.#options = options
  }

  /** Asks nodes to collect, drop and report. Those without a session count as missing: what they hold stays live. */
  begin(nodes: readonly NodeId[]): void {
    const state = this.#state
    this.#awaited = new Set(nodes)
    this.#missing = []
    for (const node of this.#awaited) {
      if (node === state.address.node) {
        state.request({ type: 'bring-out-your-dead', by: node })
        continue
      }
      const { remote } = state.remotes.peer(node)
      if (remote === null) this.#giveUp(node)
      else state.append(remote, { type: 'dgc:bringOutYourDead' })
    }
    this.#judgeWhenComplete()
  }

  /** A session ended: its node's report will not come, and one that came is about rows of that session. */
  lost(node: NodeId): void {
    this.#collage.forget(node)
    if (this.#awaited?.has(node) !== true) return
    this.#giveUp(node)
    this.#judgeWhenComplete()
  }

  /** A report arrived. @throws ProtocolError when it is malformed or speaks for another node */
  receive(from: Remote, message: ReportMessage): void {
    const report = decodeReport(message.report)
    if (report.node !== from.address.node || report.incarnation !== from.address.incarnation) {
      throw new ProtocolError('foreign-report', 'a report that speaks for another node', { node: report.node })
    }
    this.add(report)
  }

  /** Sends this node's report to a coordinator; to this very node without a detour. */
  report(to: NodeId, report: Report): void {
    const state = this.#state
    if (to === state.address.node) this.add(report)
    else state.append(state.openRemote(to), { type: 'dgc:report', report: encodeReport(report) })
  }

  /** Takes a report into the collage. */
  add(report: Report): void {
    this.#collage.add(report)
    this.#state.emit({ type: 'reported', by: report.node })
    this.#awaited?.delete(report.node)
    this.#judgeWhenComplete()
  }

  /** Judges what there is and sends each owner its verdict. */
  judge(): void {
    const missing = [...this.#missing, ...(this.#awaited ?? [])]
    this.#awaited = null
    this.#missing = []
    const verdict = judge(this.#collage, this.#options, this.#state.rules)
    let condemned = 0
    for (const { owner, ids, versions } of verdict.condemned) {
      condemned += ids.length
      for (const [start, end] of pieces(ids.length)) {
        this.#send(owner, {
          type: 'dgc:collect',
          incarnation: owner.incarnation,
          ids: ids.subarray(start, end),
          versions: versions.subarray(start, end),
        })
      }
    }
    this.#state.emit({ type: 'judged', suspects: verdict.suspects, condemned, missing })
  }

  #send(owner: NodeAddress, verdict: CollectMessage): void {
    if (this.#state.isSelf(owner)) {
      applyVerdict(this.#state, owner.node, verdict)
      return
    }
    const remote = this.#state.remotes.remote(owner)
    if (remote.session > 0) this.#state.append(remote, verdict)
  }

  #giveUp(node: NodeId): void {
    this.#awaited?.delete(node)
    this.#missing.push(node)
  }

  #judgeWhenComplete(): void {
    if (this.#awaited?.size === 0) this.judge()
  }
}

/** An owner carries out a verdict, or refuses it whole. @throws ProtocolError before anything is changed */
export function applyVerdict(state: NodeState, coordinator: NodeId, message: CollectMessage): void {
  // A verdict on another lifetime of this node: late, and about nothing that is here.
  if (message.incarnation !== state.address.incarnation) return
  const objects = state.exports.sweep(message.ids, message.versions)
  if (objects === undefined) {
    state.counts.alarms++
    state.emit({ type: 'alarm', coordinator, condemned: message.ids.length })
    return
  }
  state.counts.verdictsApplied++
  if (objects.length > 0) state.request({ type: 'released', by: 'verdict', objects })
}
