/**
 * A node's part in rounds. Its own report, for whoever coordinates; and the coordinator's part, which any node can play at any time: ask
 * nodes for reports, judge what arrived, send verdicts. All of it is soft state. A round that is lost, doubled or taken over by another node
 * only delays.
 */
import {
  type ClearWeakMessage,
  type CollectMessage,
  type NodeAddress,
  type NodeId,
  ProtocolError,
  type ReportMessage,
} from '@holdfast/core'
import {
  decodeDelta,
  decodeReport,
  isDelta,
  type LocalTrace,
  namedByPlace,
  type Report,
  type ReportDelta,
} from '@holdfast/tracing'
import { Collage } from '@holdfast/tracing/collage'
import { judge, type VerdictOptions, type WeaklyHeld } from '@holdfast/tracing/verdict'
import { applyVerdict } from './apply-verdict.js'
import type { WeakHold } from './event.js'
import type { NodeState } from './node-state.js'
import { pieces } from './pieces.js'
import type { Remote } from './remotes.js'
import { type BuiltReport, buildReport, type SuspectFilter } from './report-builder.js'
import { Reporting } from './reporting.js'
import { WeakAnswers } from './weak-answers.js'

export interface CoordinationOptions extends VerdictOptions {
  /** Which suspect exports to report; all when left out. */
  readonly lists?: SuspectFilter
}

export class Coordination {
  readonly #state: NodeState
  readonly #options: CoordinationOptions
  #collage = new Collage()
  #reporting = new Reporting()
  #weakAnswers: WeakAnswers
  /** Nodes whose report the round waits for; null when there is no round. */
  #awaited: Set<NodeId> | null = null
  #missing: NodeId[] = []
  /** The number of this node's last report. */
  #reports = 0

  constructor(state: NodeState, options: CoordinationOptions) {
    this.#state = state
    this.#options = options
    this.#weakAnswers = new WeakAnswers(state)
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
      const remote = state.remotes.findPeer(node)?.remote ?? null
      if (remote === null || !state.isOpen(remote)) this.#giveUp(node)
      else state.append(remote, { type: 'dgc:bringOutYourDead' })
    }
    this.#judgeWhenComplete()
  }

  /** How many reports this node has made: their numbers go on from there. */
  get reportCount(): number {
    return this.#reports
  }

  set reportCount(count: number) {
    this.#reports = count
  }

  get isInRound(): boolean {
    return this.#awaited !== null
  }

  /** Forgets every report, told or heard: the next ones are whole. */
  forgetAll(): void {
    this.#collage = new Collage()
    this.#reporting = new Reporting()
    this.#weakAnswers = new WeakAnswers(this.#state)
    this.#awaited = null
    this.#missing = []
  }

  /** A session ended: its node's report will not come, and one that came is about rows of that session. */
  lost(node: NodeId): void {
    this.#collage.forget(node)
    this.#reporting.forget(node)
    this.#weakAnswers.forget(node)
    if (this.#awaited?.has(node) !== true) return
    this.#giveUp(node)
    this.#judgeWhenComplete()
  }

  /** A report arrived. @throws ProtocolError when it is malformed or speaks for another node */
  receive(from: Remote, message: ReportMessage): void {
    if (!isDelta(message.report)) {
      const report = decodeReport(message.report)
      checkAuthor(report, from)
      this.#add(report)
      return
    }
    const delta = decodeDelta(message.report)
    checkAuthor(delta, from)
    if (this.#collage.patch(delta) === 'no-base') this.#state.append(from, { type: 'dgc:askReport', full: true })
    else this.#arrived(delta.node)
  }

  /** A coordinator has lost what it had from this node. */
  forgetTold(coordinator: NodeId): void {
    this.#reporting.forget(coordinator)
  }

  /** Sends this node's report to a coordinator; to this very node without a detour. @throws UsageError `no-session` */
  report(to: NodeId, trace: LocalTrace, weak: readonly WeakHold[]): void {
    const state = this.#state
    const isOwn = to === state.address.node
    if (!isOwn) state.openRemote(to)
    const { report, holds } = this.#build(trace, weak)
    if (isOwn) {
      this.#weakAnswers.told(to, holds, () => namedByPlace(report))
      this.#add(report)
      return
    }
    const remote = state.openRemote(to)
    const { bytes, named } = this.#reporting.encode(to, report)
    this.#weakAnswers.told(to, holds, () => named)
    state.append(remote, { type: 'dgc:report', report: bytes })
  }

  /** A coordinator says what only weak holders of this node keep. @throws ProtocolError before anything is done */
  clearWeak(coordinator: NodeId, message: ClearWeakMessage): void {
    this.#weakAnswers.receive(coordinator, message)
  }

  #build(trace: LocalTrace, weak: readonly WeakHold[]): BuiltReport {
    const state = this.#state
    return buildReport(
      {
        address: state.address,
        number: ++this.#reports,
        clock: state.clock,
        exports: state.exports,
        imports: state.imports,
        remotes: state.remotes.all(),
        sentTo: (remote) => state.sentTo(remote),
        lists: this.#options.lists,
        weak,
        rules: state.rules,
      },
      trace,
    )
  }

  #add(report: Report): void {
    this.#collage.add(report)
    this.#arrived(report.node)
  }

  #arrived(node: NodeId): void {
    this.#state.emit({ type: 'reported', by: node })
    this.#awaited?.delete(node)
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
      for (const [start, end] of pieces(ids.length, this.#state.idsPerMessage)) {
        this.#send(owner, {
          type: 'dgc:collect',
          incarnation: owner.incarnation,
          ids: ids.subarray(start, end),
          versions: versions.subarray(start, end),
        })
      }
    }
    let weak = 0
    for (const held of verdict.weaklyHeld) {
      weak += held.names.length
      this.#sendClear(held)
    }
    const unreported = this.#collage.unreported()
    this.#state.emit({ type: 'judged', suspects: verdict.suspects, condemned, weak, missing, unreported })
  }

  #sendClear({ holder, report, names, groups }: WeaklyHeld): void {
    const { incarnation } = holder
    // A group that is cut is cleared as two: one of them perhaps too early, never unsafely.
    for (const [start, end] of pieces(names.length, this.#state.idsPerMessage)) {
      const piece = { names: names.slice(start, end), groups: groups.slice(start, end) }
      this.#send(holder, { type: 'dgc:clearWeak', incarnation, report, ...piece })
    }
  }

  #send(owner: NodeAddress, verdict: CollectMessage | ClearWeakMessage): void {
    const state = this.#state
    const names = state.rules.on('collect-names-incarnation')
    if (state.isSelf(owner) || (!names && owner.node === state.address.node)) {
      if (verdict.type === 'dgc:collect') applyVerdict(state, owner.node, verdict)
      else this.clearWeak(owner.node, verdict)
      return
    }
    const remote = names ? state.remotes.find(owner) : state.remotes.findPeer(owner.node)?.remote
    if (remote) state.append(remote, verdict)
  }

  #giveUp(node: NodeId): void {
    this.#awaited?.delete(node)
    this.#missing.push(node)
  }

  #judgeWhenComplete(): void {
    if (this.#awaited?.size === 0) this.judge()
  }
}

function checkAuthor(report: Report | ReportDelta, from: Remote): void {
  if (report.node === from.address.node && report.incarnation === from.address.incarnation) return
  throw new ProtocolError('foreign-report', 'a report that speaks for another node', { node: report.node })
}

/** Adds reports and rounds to a collector, see `CollectorCore.complete`. */
export const coordination = (state: NodeState, options: CoordinationOptions): Coordination =>
  new Coordination(state, options)
