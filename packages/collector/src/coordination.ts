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
import { IncomingReport } from './report-parts.js'
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
  /** The newest report to each coordinator that another is still on its way to. */
  readonly #waiting = new Map<NodeId, BuiltReport>()
  /** Reports of which some parts have come. */
  readonly #arriving = new Map<NodeId, IncomingReport>()
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

  /** Forgets every report, told or heard: the next ones are whole. One that is on its way goes on. */
  forgetAll(): void {
    this.#waiting.clear()
    this.#arriving.clear()
    this.#collage = new Collage()
    this.#reporting = new Reporting()
    this.#weakAnswers = new WeakAnswers(this.#state)
    this.#awaited = null
    this.#missing = []
  }

  /** A session ended: its node's report will not come, and one that came is about rows of that session. */
  lost(node: NodeId): void {
    this.#collage.forget(node)
    this.#waiting.delete(node)
    this.#arriving.delete(node)
    this.#reporting.forget(node)
    this.#weakAnswers.forget(node)
    if (this.#awaited?.has(node) !== true) return
    this.#giveUp(node)
    this.#judgeWhenComplete()
  }

  /** A report arrived, or a part of one. @throws ProtocolError when it is malformed, too large, or speaks for another node */
  receive(from: Remote, message: ReportMessage): void {
    const bytes = this.#assembled(from, message)
    if (bytes === null) return
    if (!isDelta(bytes)) {
      const report = decodeReport(bytes)
      checkAuthor(report, from)
      this.#add(report)
      return
    }
    const delta = decodeDelta(bytes)
    checkAuthor(delta, from)
    if (this.#collage.patch(delta) === 'no-base') this.#askAnew(from)
    else this.#arrived(delta.node)
  }

  /** A report that is whole with this part; null while it is not. */
  #assembled(from: Remote, { part, more, report }: ReportMessage): Uint8Array | null {
    const { node } = from.address
    if (part === 0) this.#arriving.delete(node)
    if (part === 0 && !more) return report
    const arriving = part === 0 ? new IncomingReport() : this.#arriving.get(node)
    if (arriving?.count !== part) {
      // This node has forgotten those before, or was not complete yet.
      this.#arriving.delete(node)
      if (!more) this.#askAnew(from)
      return null
    }
    arriving.add(report)
    if (more) this.#arriving.set(node, arriving)
    else this.#arriving.delete(node)
    return more ? null : arriving.joined()
  }

  #askAnew(from: Remote): void {
    this.#state.append(from, { type: 'dgc:askReport', full: true })
  }

  /** A coordinator has lost what it had from this node. */
  forgetTold(coordinator: NodeId): void {
    this.#reporting.forget(coordinator)
  }

  /**
   * Sends this node's report to a coordinator, part by part; to this very node without a detour. While another one is on its way the newest
   * waits, and is written when its turn comes. @throws UsageError `no-session`
   */
  report(to: NodeId, trace: LocalTrace, weak: readonly WeakHold[]): void {
    const state = this.#state
    const isOwn = to === state.address.node
    if (!isOwn) state.openRemote(to)
    const built = this.#build(trace, weak)
    if (isOwn) {
      this.#weakAnswers.told(to, built.holds, () => namedByPlace(built.report))
      this.#add(built.report)
      return
    }
    const remote = state.openRemote(to)
    if (remote.outgoingReport === null) this.#begin(remote, built)
    else this.#waiting.set(to, built)
  }

  /** A report to a coordinator is all in its session's queue: one that has waited for that begins. */
  reportSent(to: Remote): void {
    const { node } = to.address
    const next = this.#waiting.get(node)
    this.#waiting.delete(node)
    if (next !== undefined) this.#begin(to, next)
  }

  #begin(to: Remote, { report, holds }: BuiltReport): void {
    const { node } = to.address
    const { bytes, named } = this.#reporting.encode(node, report)
    this.#weakAnswers.told(node, holds, () => named)
    to.outgoingReport = { bytes, parts: 0, sent: 0 }
    this.#state.touched.add(this.#state.remotes.peer(node))
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
