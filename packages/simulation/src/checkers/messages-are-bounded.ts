/**
 * A turn writes no more messages than what it is about calls for, kind by kind: an answer for each question, nothing for nothing, one
 * frame for each peer. What answers is never answered, so no two nodes can keep each other busy.
 */
import type { CollectorEffect, CollectorEvent } from '@holdfast/collector'
import type { Message } from '@holdfast/core'
import { Violation } from '../violation.js'
import type { World } from '../world.js'
import type { Checker, Turn } from './checker.js'

const NAME = 'messages-are-bounded'

type Kind = Message['type']

export const messagesAreBounded: Checker = {
  name: NAME,

  turn(world, turn) {
    if (turn.node.isHostile) return
    checkFrames(turn)
    if (turn.written.length > 0) checkMessages(world, turn)
  },
}

const PLACES: Readonly<Record<Kind, number>> = {
  call: 0,
  return: 1,
  'dgc:addRef': 2,
  'dgc:giftAck': 3,
  'dgc:release': 4,
  'dgc:dropRef': 5,
  'dgc:broken': 6,
  'dgc:ping': 7,
  'dgc:pong': 8,
  'dgc:reconcile': 9,
  'dgc:reconcileOk': 10,
  'dgc:askReport': 11,
  'dgc:report': 12,
  'dgc:collect': 13,
  'dgc:bringOutYourDead': 14,
  'dgc:clearWeak': 15,
  'dgc:giftKey': 16,
}

/** What the turn under way may still write of each kind. A buffer: this runs in every turn. */
const left = new Int32Array(Object.keys(PLACES).length)

/** Ids that fit into a message: the collector's default. */
const IDS_PER_MESSAGE = 65_536

function checkMessages(world: World, turn: Turn): void {
  const { node, event, written, processed } = turn
  // What comes a second time takes the place of a call.
  if (event.type === 'call' && written.length === 1) return
  left.fill(0)
  allowFor(world, turn)
  for (const { message } of written) {
    if (--left[PLACES[message.type]] >= 0) continue
    // A long list of ids goes in pieces.
    if (node.heap.objectCount + node.held.length > IDS_PER_MESSAGE) continue
    const about = [event.type, ...processed.map((each) => each.message.type)].join(', ')
    throw new Violation(NAME, `${node.label} wrote too many ${message.type} in a turn about ${about}`)
  }
}

function allow(kind: Kind, count: number): void {
  left[PLACES[kind]] += count
}

/** A verdict tells each owner what is condemned, and what nobody but weak holders keeps. */
function allowVerdict(nodes: number): void {
  allow('dgc:collect', nodes)
  allow('dgc:clearWeak', nodes)
}

function allowFor(world: World, { event, processed }: Turn): void {
  const nodes = world.names.length
  // A part to each coordinator, behind whatever the turn is about.
  allow('dgc:report', nodes)
  switch (event.type) {
    case 'call':
    case 'return':
      allow(event.type, 1)
      // With the first reference in a session.
      allow('dgc:giftKey', 1)
      break
    case 'restarted':
      // Of a node that had told no keys yet.
      allow('dgc:giftKey', nodes)
      break
    case 'drop':
      allow('dgc:dropRef', world.all.length)
      break
    case 'report':
      // Its own was the last that a coordinator waited for.
      allowVerdict(nodes)
      break
    case 'begin-round':
      allow('dgc:bringOutYourDead', nodes)
      allowVerdict(nodes)
      break
    case 'judge':
      allowVerdict(nodes)
      break
    case 'deadline':
      allow('dgc:ping', nodes)
      allow('dgc:release', world.all.length)
      allowVerdict(nodes)
      break
    case 'frame':
      allowForFrame(event, nodes)
      for (const { message } of processed) allowAnswers(message, nodes)
      break
    default:
      break
  }
}

const HELLO = 1
const WELCOME = 2

function allowForFrame({ frame }: Extract<CollectorEvent, { type: 'frame' }>, nodes: number): void {
  // Who had waited for a report over a session that ends waits no longer.
  allowVerdict(nodes)
  const kind = frame[0] & 0x0f
  if (kind !== HELLO && kind !== WELCOME) return
  // What goes first in a session: what is still held, what was given meanwhile, what is overdue.
  allow('dgc:reconcile', 1)
  allow('dgc:addRef', 1)
  allow('dgc:dropRef', 1)
  allow('dgc:release', 1)
}

/** What a message may be answered with. Every chain of these ends. */
function allowAnswers(message: Message, nodes: number): void {
  switch (message.type) {
    case 'call':
    case 'return': {
      const { length } = message.references
      allow('dgc:broken', 1)
      allow('dgc:addRef', length)
      // Only where the rule is off by which the owner acknowledges.
      allow('dgc:giftAck', length)
      break
    }
    case 'dgc:addRef':
      // What is gone, and what was refused.
      allow('dgc:broken', 2)
      allow('dgc:giftKey', 1)
      allow('dgc:giftAck', message.entries.length)
      break
    case 'dgc:release':
      allow('dgc:giftAck', 1)
      break
    case 'dgc:reconcile':
      allow('dgc:broken', 1)
      allow('dgc:giftKey', 1)
      allow('dgc:reconcileOk', 1)
      break
    case 'dgc:ping':
      allow('dgc:pong', 1)
      break
    case 'dgc:pong':
      allow('dgc:reconcile', 1)
      break
    case 'dgc:report':
      allow('dgc:askReport', 1)
      allowVerdict(nodes)
      break
    default:
      break
  }
}

/** Frames of this size may be several. */
const LARGE = 100_000
/** Kinds of frames from this on belong to a session that is open. */
const DATA = 5

/** One frame with messages or an acknowledgement for each peer. */
function checkFrames({ node, effects }: Turn): void {
  let peers: string[] | null = null
  for (let place = effects.length - 1; place >= 0; place--) {
    const effect = effects[place]
    // They are always last.
    if (effect.type !== 'transmit') return
    if (!isOfSession(effect)) continue
    if (peers === null) peers = [effect.peer]
    else if (!peers.includes(effect.peer)) peers.push(effect.peer)
    else throw new Violation(NAME, `${node.label} sent ${effect.peer} two frames in a turn`)
  }
}

const isOfSession = ({ frame }: Extract<CollectorEffect, { type: 'transmit' }>): boolean =>
  (frame[0] & 0x0f) >= DATA && frame.length < LARGE
