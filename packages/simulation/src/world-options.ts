/** What a world is like, and what is counted in it. */
import type { Rules } from '@holdfast/core'
import type { LeaseOptions } from '@holdfast/lease'
import type { NodeName } from './action.js'
import type { Checker } from './checkers/checker.js'

export interface WorldOptions {
  /** Who holds objects, and who only coordinates. */
  readonly nodes: readonly NodeName[]
  readonly judges: readonly NodeName[]
  /** Of the world's own small draws: clocks, filters. */
  readonly seed: number
  readonly rules: Rules
  readonly checkers: readonly Checker[]
  readonly lease: LeaseOptions
  /** Whether links lose nothing while they are open. */
  readonly reliable: boolean
  /** Whether gifts are proved. */
  readonly proves: boolean
  /** Whether a node frees what nobody holds any more as soon as it hears of it. */
  readonly reclaims: boolean
  /** Whether finalizers run at once. */
  readonly promptFinalizers: boolean
  /** Whether reports leave some suspects out. */
  readonly partialReports: boolean
  /** Whether messages are encoded and decoded. */
  readonly encodes: boolean
  /** Whether every turn is committed to a disk before anything leaves the node, so that a lifetime may outlive its process. */
  readonly durable: boolean
  /** Whether calls want answers. */
  readonly answers: boolean
  /** The most bytes of a session that may be unacknowledged; null for as many as a real node allows. */
  readonly maxUnackedBytes: number | null
  /** A report goes in parts of at most so many bytes; null, or left out, for as many as with a real node. */
  readonly reportPartBytes?: number | null
  /** A driver that is wrong: it sends before it has committed. */
  readonly sendsFirst?: boolean
}

/** What happened in a run, for its summary. */
export interface WorldStats {
  turns: number
  frames: number
  refused: number
  sessionsEnded: number
  expired: number
  broken: number
  collected: number
  crashes: number
  /** Turns that could not be committed. */
  uncommitted: number
  /** Turns before the ending. */
  turnsBeforeEnd: number
}
