/** Reference listing between owner and holder: addRef, giftAck, dropRef, broken. */
import {
  type AddRefMessage,
  addressKey,
  type BrokenMessage,
  type DropRefMessage,
  type ExportId,
  type GiftAckMessage,
  type GiftId,
  type ImportId,
  type NodeAddress,
  ProtocolError,
  type ReleaseMessage,
  UsageError,
} from '@holdfast/core'
import { answerBroken, answerRefused } from './broken.js'
import { judgeClaim, sendGiftKey } from './gift-proofs.js'
import { settleGifts } from './leases.js'
import type { NodeState } from './node-state.js'
import { pieces } from './pieces.js'
import type { Remote } from './remotes.js'

/**
 * Nothing on this node refers to these imports any more: they leave the table, and each owner is told in one message.
 * @param generations of their representatives, if this may come late
 * @throws UsageError `no-such-import`, `import-twice`, `pinned`; nothing was changed
 */
export function dropImports(state: NodeState, named: readonly ImportId[], generations?: readonly number[]): void {
  const ids = generations === undefined ? named : stillMeant(state, named, generations)
  if (new Set(ids).size < ids.length) throw new UsageError('import-twice', 'an import is dropped once', {})
  const mayBePinned = state.gifts.size > 0 && state.rules.on('unacked-gifts-are-roots')
  for (const id of ids) {
    if (!state.imports.has(id)) throw new UsageError('no-such-import', 'this node holds no such import', { import: id })
    if (mayBePinned && state.gifts.isPinned(id)) {
      throw new UsageError('pinned', 'an import with an unacknowledged gift is a root, not to be dropped', {
        import: id,
      })
    }
  }
  for (const [index, dropped] of state.imports.removeAll(ids)) {
    const owner = state.remotes.at(index)
    for (const [start, end] of pieces(dropped.length, state.idsPerMessage)) {
      state.append(owner, { type: 'dgc:dropRef', ids: dropped.subarray(start, end), received: owner.received })
    }
  }
}

/** Those that are still there, with the same representative. */
function stillMeant(state: NodeState, ids: readonly ImportId[], generations: readonly number[]): ImportId[] {
  const { imports, rules } = state
  const isMeant = (id: ImportId, generation: number | undefined) =>
    imports.generationOf(id) === generation || !rules.on('late-finalizer-is-ignored')
  return ids.filter((id, place) => imports.has(id) && isMeant(id, generations[place]))
}

/** A holder lets go. @throws ProtocolError before anything is changed */
export function receiveDropRef(state: NodeState, from: Remote, message: DropRefMessage): void {
  if (message.received > state.sentTo(from)) {
    throw new ProtocolError('bad-received', 'a drop after a message that was never sent', {
      received: message.received,
    })
  }
  const { released, ignored } = state.exports.drop(message.ids, from.index, message.received)
  state.counts.dropsIgnored += ignored
  state.released('listing', released)
}

/** The receiver of gifts asks, in the last message received from it, to be listed; its gifters are told that it is. */
export function receiveAddRef(state: NodeState, from: Remote, message: AddRefMessage): void {
  const sequence = from.received
  const { rules } = state
  if (!rules.on('clock-moves-with-every-message')) state.clock++
  const broken = new Set<ExportId>()
  const refused = new Set<ExportId>()
  const settled = new Map<string, { gifter: NodeAddress; gifts: GiftId[] }>()
  const isOurs = message.incarnation === state.address.incarnation || !rules.on('gift-names-incarnation')
  for (const claim of message.entries) {
    const { id, gifter, gift } = claim
    const finding = isOurs ? judgeClaim(state, from, claim) : 'unfounded'
    if (finding === 'forged') {
      state.counts.claimsRefused++
      refused.add(id)
      continue
    }
    if (finding !== 'good' || !state.exports.addRef(id, from.index, sequence)) broken.add(id)
    const key = addressKey(gifter)
    const entry = settled.get(key)
    if (entry === undefined) settled.set(key, { gifter, gifts: [gift] })
    else entry.gifts.push(gift)
  }
  // Who holds it, or has claimed it of another in the same message, does not lose it to somebody who gives what he has not.
  const isLost = (id: ExportId) => !isOurs || !state.exports.isListed(id, from.index)
  const [gone, forged] = [broken, refused].map((ids) => ascending(ids).filter(isLost))
  // Behind all claims: what does not fit ends the session, and with it what it lists the claimant for.
  if (state.exports.heldBy(from.index) > 0) sendGiftKey(state, from)
  if (gone.length > 0) answerBroken(state, from, gone)
  if (forged.length > 0) answerRefused(state, from, forged)
  if (!rules.on('giftAck-after-registration')) return
  for (const { gifter, gifts } of settled.values()) {
    // A gifter without a session will ask.
    const remote = state.remotes.find(gifter)
    if (remote !== undefined) {
      state.append(remote, { type: 'dgc:giftAck', receiver: from.address, clock: state.clock, gifts })
    }
  }
}

const ascending = (ids: Iterable<ExportId>): ExportId[] => [...ids].sort((a, b) => a - b)

/**
 * The owner has listed the receiver of these gifts, or has settled them because this node asked. The first kind repeats what the receiver
 * says: whatever of it is not true is the receiver's lie, and ignored.
 * @throws ProtocolError before anything is changed
 */
export function receiveGiftAck(state: NodeState, from: Remote, { receiver, clock, gifts }: GiftAckMessage): void {
  if (receiver !== null) {
    const isTrue = (gift: GiftId) => state.gifts.isFor(gift, receiver) && isOwnerOf(state, from, gift)
    const meant = gifts.filter(isTrue)
    state.counts.acksIgnored += gifts.length - meant.length
    settleGifts(state, meant, clock)
    return
  }
  for (const gift of gifts) {
    if (!isOwnerOf(state, from, gift)) {
      throw new ProtocolError('not-the-owner', 'a gift acknowledged by another node than the owner', { gift })
    }
  }
  const overdue = gifts.filter((gift) => state.gifts.isOverdue(gift))
  settleGifts(state, overdue, clock)
}

/** Whether a node may speak for a gift: as the owner of what was given, or because it is settled already. @throws ProtocolError `never-given` */
function isOwnerOf(state: NodeState, node: Remote, gift: GiftId): boolean {
  const id = state.gifts.importOf(gift)
  if (id === undefined || !state.imports.has(id)) return true
  return state.imports.ownerOf(id) === node.index || !state.rules.on('giftAck-after-registration')
}

/** A gifter asks about gifts that are long unacknowledged: whatever became of them, they are settled now. */
export function receiveRelease(state: NodeState, from: Remote, { gifts }: ReleaseMessage): void {
  if (state.tokens.areAsked) state.claimedGifts.over(from.address, gifts)
  state.append(from, { type: 'dgc:giftAck', receiver: null, clock: state.clock, gifts })
}

/** What this node named is gone at its owner. */
export function receiveBroken(state: NodeState, from: Remote, message: BrokenMessage): void {
  const broken: ImportId[] = []
  for (let index = 0; index < message.ids.length; index++) {
    const id = state.imports.find(from.index, message.ids[index] as ExportId)
    // Named anew since: the answer to that is still to come.
    if (id === undefined) continue
    if (state.imports.claimOf(id) <= message.at || !state.rules.on('broken-names-a-message')) broken.push(id)
  }
  state.breakImports(broken, message.isRefusal ? 'refused' : 'gone')
}
