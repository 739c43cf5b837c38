/**
 * Which session two incarnations have: decides on every frame that is not data, and writes those frames.
 * Pure bookkeeping: it decides, the channel acts. Source: docs/protocol.md, section 1, "Opening" and "Ending".
 * - A session is opened by a hello whose number is above every number used between the two (the floor), or equals this side's own
 *   proposal (crossing hellos). Any other is answered `session-ended` with the counter, and the peer asks again above it. The
 *   counter, which all channels share, would not do for the comparison: two nodes that are busy with others' hellos never
 *   meet a number above each other's.
 * - A higher hello of the same incarnation shows that the peer has given up what it had before.
 * - Whatever an incarnation older than the last seen says is refused (hello, welcome) or ignored (all else).
 * - Nothing is ever answered to `session-ended` or `bye`; each answer has one slot, the last wins: a flood costs nothing.
 */
import { type Incarnation, type Instant, type NodeId, ProtocolError, type Rules, type Sequence } from '@holdfast/core'
import {
  encodeBye,
  encodeHello,
  encodeSessionEnded,
  encodeWelcome,
  type Hello,
  REFUSAL,
  type SessionEnded,
  type Welcome,
} from './frame.js'
import type { SessionTiming } from './limits.js'
import type { OpeningCounter } from './opening-counter.js'
import { RetryTimer, type RetryTimerImage } from './retry-timer.js'
import type { SessionIdentity } from './session.js'
import { sessionTag } from './session-tag.js'

/** Why a session ended; `detail` of the event says more where either side gave a reason. */
export type EndReason =
  /** This side called `end`. */
  | 'ended-here'
  /** The peer said bye. */
  | 'ended-by-peer'
  /** The peer has no such session any more. */
  | 'unknown-to-peer'
  /** The peer has opened a newer one instead. */
  | 'superseded'
  /** A later incarnation of the peer appeared. */
  | 'peer-restarted'
  /** The peer has met a later incarnation of this node. */
  | 'older-incarnation'

/** What the channel has to do about a handshake frame. */
export type Decision =
  | { readonly action: 'none' }
  /** Open this session, and first end the current one, if any, for `replaces`. */
  | {
      readonly action: 'open'
      readonly identity: SessionIdentity
      readonly replaces: EndReason
      readonly askedAt: Instant | null
    }
  /** The current session goes on; the peer has received this much, and may have missed the rest if it asked `again`. */
  | { readonly action: 'confirm'; readonly received: Sequence; readonly again: boolean }
  /** End the current session, and then ask for a new one or not. */
  | { readonly action: 'end'; readonly reason: EndReason; readonly reopen: boolean }
  /** There is no session, and there will be none: the peer knows a later incarnation of this node. */
  | { readonly action: 'refused' }

const NONE: Decision = { action: 'none' }

/** What every session is called without the rule. */
const REUSED_NUMBER = 1

export interface HandshakeOptions {
  readonly self: { readonly node: NodeId; readonly incarnation: Incarnation }
  readonly peer: NodeId
  readonly counter: OpeningCounter
  readonly timing: SessionTiming
  readonly lastSeen: Incarnation | null
}

/** An answer `session-ended` that is to be written. */
interface Refusal {
  readonly tag: number
  readonly refusal: number
}

/** The open session, as far as the handshake is concerned with it. */
export interface Current {
  readonly identity: SessionIdentity
  readonly received: Sequence
  /** @throws ProtocolError `bad-ack` */
  checkAcknowledgement(sequence: Sequence): void
}

export type HandshakeImage = readonly [
  timer: RetryTimerImage,
  lastSeen: Incarnation | null,
  proposal: number | null,
  floor: number,
  proposedAt: Instant | null,
]

export class Handshake {
  readonly #options: HandshakeOptions
  readonly #rules: Rules
  readonly #timer: RetryTimer
  /** The highest incarnation of the peer met so far. */
  #lastSeen: Incarnation | null
  /** The number this side asks for; null while it asks for none. Never set beside a session. */
  #proposal: number | null = null
  /** No number up to this opens a session: it may have been used, by this lifetime of this node, before what is known of the peer. */
  #floor: number
  /** When this side began to ask for it. */
  #proposedAt: Instant | null = null
  #bye: { readonly tag: number; readonly reason: string } | null = null
  #welcome = false
  #refusedHello: Refusal | null = null
  #refusedSession: Refusal | null = null

  constructor(options: HandshakeOptions, rules: Rules) {
    this.#options = options
    this.#rules = rules
    this.#timer = new RetryTimer(options.timing)
    this.#lastSeen = options.lastSeen
    this.#floor = options.counter.value
  }

  get lastSeen(): Incarnation | null {
    return this.#lastSeen
  }

  get proposal(): number | null {
    return this.#proposal
  }

  get deadline(): Instant | null {
    return this.#timer.deadline
  }

  /** Asks for a session, with the number already asked for if there is one. */
  propose(now: Instant): void {
    if (this.#proposal === null) this.#proposedAt = now
    this.#proposal ??= this.#rules.on('session-numbers-are-fresh') ? this.#options.counter.next() : REUSED_NUMBER
    this.#floor = Math.max(this.#floor, this.#proposal)
    this.#timer.trip(now)
  }

  /** Asks whether the current session goes on. */
  askToResume(now: Instant): void {
    this.#timer.trip(now)
  }

  /** The session is open on this link, or there is to be none: no more asking. */
  settle(): void {
    this.#proposal = null
    this.#proposedAt = null
    this.#timer.clear()
  }

  /** The link is closed: what was to be written has nowhere to go; a proposal stays. */
  pause(): void {
    this.#timer.clear()
    this.#bye = null
    this.#welcome = false
    this.#refusedHello = null
    this.#refusedSession = null
  }

  /** Tells the peer that a session is over by this side's decision. */
  sayBye(tag: number, reason: string): void {
    this.#bye = { tag, reason }
    this.#welcome = false
  }

  /** A frame of a session that is not mine. */
  refuseSession(tag: number): void {
    this.#refusedSession = { tag, refusal: REFUSAL.unknown }
  }

  /** @throws ProtocolError `wrong-peer`, `bad-number`, `bad-ack` */
  receiveHello(tag: number, hello: Hello, current: Current | null): Decision {
    const { self, peer, counter } = this.#options
    if (hello.node !== peer) {
      throw new ProtocolError('wrong-peer', 'a hello of another node', { node: hello.node, peer })
    }
    counter.check(hello.number)
    if (this.#isOlder(hello.incarnation)) {
      this.#refusedHello = { tag, refusal: REFUSAL.olderIncarnation }
      return NONE
    }
    const forMe = hello.to === 0 || hello.to === self.incarnation
    if (current !== null && forMe && isSame(hello, current.identity)) {
      current.checkAcknowledgement(hello.received)
      this.#welcome = true
      return { action: 'confirm', received: hello.received, again: true }
    }
    // A peer that would resume what this side only asked for has opened it on this side's hello.
    const asked = forMe && hello.number === this.#proposal
    if (asked && hello.received > 0) {
      throw new ProtocolError('bad-ack', 'an acknowledgement of what was not sent', { sequence: hello.received })
    }
    this.#lastSeen = hello.incarnation
    const restarted = current !== null && hello.incarnation > current.identity.incarnation
    const isFresh = hello.number > this.#floor || !this.#rules.on('session-numbers-are-fresh')
    this.#floor = Math.max(this.#floor, hello.number)
    if (asked || (hello.to === 0 && isFresh)) {
      counter.see(hello.number)
      this.#welcome = true
      return this.#open(hello.number, hello.incarnation, restarted)
    }
    counter.see(hello.number)
    this.#refusedHello = { tag, refusal: REFUSAL.unknown }
    // The peer will ask again with a higher number; a hello of ours would only cross it.
    return restarted ? { action: 'end', reason: 'peer-restarted', reopen: false } : NONE
  }

  /** @throws ProtocolError `bad-number`, `bad-ack` */
  receiveWelcome(tag: number, welcome: Welcome, current: Current | null): Decision {
    const { self, counter } = this.#options
    counter.check(welcome.number)
    if (welcome.to !== self.incarnation) return NONE
    if (this.#isOlder(welcome.incarnation)) {
      this.#refusedSession = { tag, refusal: REFUSAL.olderIncarnation }
      return NONE
    }
    if (current !== null && isSame(welcome, current.identity)) {
      current.checkAcknowledgement(welcome.received)
      return { action: 'confirm', received: welcome.received, again: false }
    }
    this.#lastSeen = welcome.incarnation
    counter.see(welcome.number)
    this.#floor = Math.max(this.#floor, welcome.number)
    if (welcome.number === this.#proposal) return this.#open(welcome.number, welcome.incarnation, false)
    this.refuseSession(tag)
    const restarted = current !== null && welcome.incarnation > current.identity.incarnation
    return restarted ? { action: 'end', reason: 'peer-restarted', reopen: true } : NONE
  }

  /** @throws ProtocolError `bad-number` */
  receiveSessionEnded(
    tag: number,
    ended: SessionEnded,
    { current, now }: { readonly current: Current | null; readonly now: Instant },
  ): Decision {
    this.#options.counter.check(ended.counter)
    if (this.#isOlder(ended.incarnation)) return NONE
    this.#lastSeen = ended.incarnation
    this.#options.counter.see(ended.counter)
    if (current !== null) {
      const { incarnation, outTag, helloTag } = current.identity
      if (ended.incarnation > incarnation) return { action: 'end', reason: 'peer-restarted', reopen: true }
      if (tag !== outTag && tag !== helloTag) return NONE
      const older = ended.refusal === REFUSAL.olderIncarnation
      return { action: 'end', reason: older ? 'older-incarnation' : 'unknown-to-peer', reopen: !older }
    }
    if (this.#proposal === null || tag !== this.#helloTag(this.#proposal)) return NONE
    this.settle()
    if (ended.refusal === REFUSAL.olderIncarnation) return { action: 'refused' }
    this.propose(now)
    return NONE
  }

  /** Adds the handshake frames that are due; their order matters. */
  flush(now: Instant, current: Current | null, frames: Uint8Array[]): void {
    const { self, counter } = this.#options
    if (this.#bye !== null) frames.push(encodeBye(this.#bye.tag, this.#bye.reason))
    // Before the refusals: of crossing hellos the lower one's sender meets the higher one before it learns that its own is
    // refused. The other way round both would ask again, each above the other, for ever.
    if (this.#timer.due(now)) {
      frames.push(this.#hello(current))
      this.#timer.attempted(now)
    }
    if (this.#refusedHello !== null || this.#refusedSession !== null) {
      for (const refused of [this.#refusedHello, this.#refusedSession]) {
        if (refused === null) continue
        const { tag, refusal } = refused
        frames.push(encodeSessionEnded(tag, { incarnation: self.incarnation, counter: counter.value, refusal }))
      }
    }
    if (this.#welcome && current !== null) {
      const { number, incarnation: to, outTag } = current.identity
      frames.push(encodeWelcome(outTag, { incarnation: self.incarnation, to, number, received: current.received }))
    }
    this.#bye = null
    this.#refusedHello = null
    this.#refusedSession = null
    this.#welcome = false
  }

  #hello(current: Current | null): Uint8Array {
    const { node, incarnation } = this.#options.self
    if (current === null) {
      const number = this.#proposal ?? 0
      return encodeHello(this.#helloTag(number), { node, incarnation, to: 0, number, received: 0 })
    }
    const { number, incarnation: to, outTag } = current.identity
    return encodeHello(outTag, { node, incarnation, to, number, received: current.received })
  }

  #open(number: number, incarnation: Incarnation, restarted: boolean): Decision {
    const askedAt = number === this.#proposal ? this.#proposedAt : null
    this.settle()
    const { self, peer } = this.#options
    const out = { from: self.node, to: peer, fromIncarnation: self.incarnation, toIncarnation: incarnation, number }
    const back = { from: peer, to: self.node, fromIncarnation: incarnation, toIncarnation: self.incarnation, number }
    const identity = {
      number,
      incarnation,
      outTag: sessionTag(out),
      inTag: sessionTag(back),
      helloTag: this.#helloTag(number),
    }
    return { action: 'open', identity, replaces: restarted ? 'peer-restarted' : 'superseded', askedAt }
  }

  #helloTag(number: number): number {
    const { self, peer } = this.#options
    return sessionTag({
      from: self.node,
      to: peer,
      fromIncarnation: self.incarnation,
      toIncarnation: 0,
      number,
    })
  }

  #isOlder(incarnation: Incarnation): boolean {
    return this.#lastSeen !== null && incarnation < this.#lastSeen && this.#rules.on('incarnations-are-ordered')
  }

  /** Between two turns: what was to be written is. */
  image(): HandshakeImage {
    return [this.#timer.image(), this.#lastSeen, this.#proposal, this.#floor, this.#proposedAt]
  }

  restore([timer, ...rest]: HandshakeImage): void {
    this.#timer.restore(timer)
    ;[this.#lastSeen, this.#proposal, this.#floor, this.#proposedAt] = rest
  }
}

/** Whether a frame names the open session. */
function isSame(frame: Hello | Welcome, session: SessionIdentity): boolean {
  return frame.incarnation === session.incarnation && frame.number === session.number
}
