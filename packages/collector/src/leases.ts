/**
 * What happens by itself as time passes: pings, sessions whose lease has run out, quarantines that are over, references whose owner
 * could not be reached, gifts that nobody acknowledged. Source: docs/protocol.md, sections 2 and 3.
 */
import { after, type GiftId, type ImportId } from '@holdfast/core'
import { UNSENT } from '@holdfast/refcount'
import type { NodeState } from './node-state.js'
import { pieces } from './pieces.js'
import { sendPing } from './reconcile.js'
import type { Claim, Peer, Remote } from './remotes.js'

/** Does all that is due. The driver has polled the inbox since it noticed: what arrived in time has renewed its lease. */
export function actOnDeadlines(state: NodeState): void {
  for (let due = state.schedule.take(); due !== null; due = state.schedule.take()) {
    if (due.what === 'gifts') ageGifts(state)
    else if (due.what === 'peer') actOnPeer(state, due.peer)
    else actOnRemote(state, due.remote)
  }
  state.claimedGifts.age(state.now, state.times.quarantine)
}

/** Ends the session with a peer if this node's view of it is over. */
export function endIfOver(state: NodeState, peer: Peer): void {
  const lease = peer.remote?.lease ?? null
  if (lease !== null && lease.endsAt <= state.now) state.endSession(peer, 'lease-expired', null)
}

function actOnPeer(state: NodeState, peer: Peer): void {
  // What the channel has to repeat is written at the end of the turn.
  state.touched.add(peer)
  endIfOver(state, peer)
  const { remote } = peer
  if (remote?.lease && remote.lease.pingAt <= state.now && peer.channel?.isLinked === true) sendPing(state, remote)
  if (peer.connectAt === null || peer.connectAt > state.now) return
  peer.connectAt = null
  peer.connecting = false
  if (needsLink(state, peer)) state.connect(peer)
  else peer.connectWait = 0
}

/** Whether this node has something to tell a peer, or to ask it for, that waits for a link or a session. */
export function needsLink(state: NodeState, peer: Peer): boolean {
  if (peer.remote !== null) return peer.channel?.isLinked !== true
  return peer.remotes.some(
    (remote) => !state.isOver(remote) && (remote.waiting.length > 0 || state.imports.holdsFrom(remote.index)),
  )
}

function actOnRemote(state: NodeState, remote: Remote): void {
  expireClaims(state, remote)
  if (remote.expiresAt !== null && remote.expiresAt <= state.now) expire(state, remote)
  state.schedule.remote(remote)
  forgetIfUnused(state, remote)
}

/** The time is over in which a reconcile could have saved what either held of the other. */
function expire(state: NodeState, remote: Remote): void {
  const { rules } = state
  remote.expiresAt = null
  if (rules.on('quarantine-ends-in-removal')) state.released('lease', state.exports.endQuarantine(remote.index))
  if (remote.session === 0 && rules.on('holder-gives-up')) giveUp(state, remote)
  state.emit({ type: 'expired', peer: remote.address.node, incarnation: remote.address.incarnation })
}

/** What was held from an ended session breaks; a gift that came since has its own time to find a session. */
function giveUp(state: NodeState, remote: Remote): void {
  const { imports } = state
  const [fresh, old] = [[] as ImportId[], [] as ImportId[]]
  for (const id of imports.idsOf(remote.index)) (imports.claimOf(id) === UNSENT ? fresh : old).push(id)
  for (const id of fresh) imports.releaseHold(id)
  state.breakImports(old)
}

/** Gifts that found no session with their owner within the holder's term: nothing protects them any longer. */
export function expireClaims(state: NodeState, remote: Remote): void {
  const { holderTerm } = state.times
  giveUpClaims(state, remote, (claim) => after(claim.since, holderTerm) <= state.now)
}

/** @param isLate of those that came first */
export function giveUpClaims(state: NodeState, remote: Remote, isLate: (claim: Claim) => boolean): void {
  const late = remote.waiting.filter(isLate)
  if (late.length === 0) return
  remote.waiting = remote.waiting.slice(late.length)
  const still = new Set(remote.waiting.map((claim) => claim.id))
  const broken: ImportId[] = []
  for (const { id } of late) {
    const held = state.imports.find(remote.index, id)
    if (held === undefined || still.has(id)) continue
    still.add(id)
    if (state.imports.isHeldOver(held)) state.imports.suspend(held)
    else broken.push(held)
  }
  state.breakImports(broken)
}

/** Gifts that can't be under way any more are overdue: the owners are asked about them. */
function ageGifts(state: NodeState): void {
  const { gifts, rules, times } = state
  const aged = gifts.age(state.now, times.quarantine)
  state.schedule.gifts()
  if (!rules.on('unacked-gifts-are-asked-about')) return
  if (!rules.on('unpin-only-after-giftAck')) {
    settleGifts(state, aged)
    return
  }
  const byOwner = new Map<Remote, GiftId[]>()
  for (const gift of aged) {
    const owner = state.remotes.at(state.imports.ownerOf(gifts.importOf(gift) as ImportId))
    const ofOwner = byOwner.get(owner)
    if (ofOwner === undefined) byOwner.set(owner, [gift])
    else ofOwner.push(gift)
  }
  for (const [owner, ofOwner] of byOwner) ask(state, owner, ofOwner)
}

/** A session with an owner has opened: it is asked (again) about every overdue gift of its objects. */
export function askAboutGifts(state: NodeState, owner: Remote): void {
  if (!state.rules.on('unacked-gifts-are-asked-about')) return
  ask(
    state,
    owner,
    state.gifts.overdue((id) => state.imports.ownerOf(id) === owner.index),
  )
}

function ask(state: NodeState, owner: Remote, gifts: readonly GiftId[]): void {
  for (const [start, end] of pieces(gifts.length, state.idsPerMessage)) {
    state.append(owner, { type: 'dgc:release', gifts: gifts.slice(start, end) })
  }
}

/** Unpins what these gifts pinned. */
export function settleGifts(state: NodeState, gifts: readonly GiftId[], clock = 0): void {
  const unpinned: ImportId[] = []
  for (const gift of gifts) {
    const id = state.gifts.acknowledge(gift)
    if (id === undefined || !state.imports.has(id)) continue
    state.imports.giftAcknowledged(id, clock)
    if (!state.gifts.isPinned(id)) unpinned.push(id)
  }
  state.schedule.gifts()
  if (unpinned.length > 0) state.request({ type: 'unpinned', imports: unpinned })
}

/** Forgets a lifetime of a node that nothing depends on any more, and the node with its last. */
function forgetIfUnused(state: NodeState, remote: Remote): void {
  const { exports, imports, remotes } = state
  const isUsed =
    remote.session !== 0 ||
    remote.expiresAt !== null ||
    remote.waiting.length > 0 ||
    imports.holdsFrom(remote.index) ||
    exports.knows(remote.index)
  if (isUsed) return
  // The peer may have nothing else: it is looked at when the turn ends.
  state.touched.add(remotes.peer(remote.address.node))
  state.claimedGifts.forget(remote.address)
  remotes.forget(remote)
}

/** Forgets a node to which there is no link and of which nothing is known. */
export function forgetPeerIfUnused(state: NodeState, peer: Peer): void {
  if (peer.remotes.length > 0 || peer.channel?.isLinked === true || peer.connectAt !== null) return
  state.schedule.forgetPeer(peer)
  state.remotes.forgetPeer(peer)
}
