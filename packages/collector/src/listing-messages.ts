/** Reference listing between owner and holder: addRef, giftAck, dropRef, broken. */
import {
  type AddRefMessage,
  type BrokenMessage,
  type DropRefMessage,
  type ExportId,
  type GiftAckMessage,
  type GiftId,
  type ImportId,
  type NodeAddress,
  ProtocolError,
  UsageError,
} from '@holdfast/core'
import type { NodeState } from './node-state.js'
import { pieces } from './pieces.js'
import type { Remote } from './remotes.js'

/**
 * Nothing on this node refers to these imports any more: they leave the table, and each owner is told in one message.
 * @throws UsageError `no-such-import`, `import-twice`, `pinned`; nothing was changed
 */
export function dropImports(state: NodeState, ids: readonly ImportId[]): void {
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
    for (const [start, end] of pieces(dropped.length)) {
      if (owner.session === 0) break
      state.append(owner, { type: 'dgc:dropRef', ids: dropped.subarray(start, end), received: owner.received })
    }
  }
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
  if (released.length > 0) state.request({ type: 'released', by: 'listing', objects: released })
}

/** The receiver of gifts asks, in the last message received from it, to be listed; its gifters are told that it is. */
export function receiveAddRef(state: NodeState, from: Remote, message: AddRefMessage): void {
  const sequence = from.received
  const broken = new Set<ExportId>()
  const settled = new Map<string, { gifter: NodeAddress; gifts: GiftId[] }>()
  for (const { id, gifter, gift } of message.entries) {
    const isOurs = message.incarnation === state.address.incarnation
    if (!isOurs || !state.exports.addRef(id, from.index, sequence)) broken.add(id)
    const key = `${gifter.incarnation}:${gifter.node}`
    const entry = settled.get(key)
    if (entry === undefined) settled.set(key, { gifter, gifts: [gift] })
    else entry.gifts.push(gift)
  }
  if (broken.size > 0) {
    state.append(from, { type: 'dgc:broken', ids: [...broken].sort((a, b) => a - b), at: sequence })
  }
  if (!state.rules.on('giftAck-after-registration')) return
  for (const { gifter, gifts } of settled.values()) {
    // A gifter without a session has lost its pins with it.
    const remote = state.remotes.remote(gifter)
    if (remote.session > 0) state.append(remote, { type: 'dgc:giftAck', clock: state.clock, gifts })
  }
}

/** The owner has listed the receivers of these gifts. @throws ProtocolError before anything is changed */
export function receiveGiftAck(state: NodeState, from: Remote, message: GiftAckMessage): void {
  for (const gift of message.gifts) {
    const id = state.gifts.importOf(gift)
    if (id === undefined || !state.imports.has(id)) continue
    if (state.imports.ownerOf(id) !== from.index && state.rules.on('giftAck-after-registration')) {
      throw new ProtocolError('not-the-owner', 'a gift acknowledged by another node than the owner', { gift })
    }
  }
  const unpinned: ImportId[] = []
  for (const gift of message.gifts) {
    const id = state.gifts.acknowledge(gift)
    if (id === undefined || !state.imports.has(id)) continue
    state.imports.giftAcknowledged(id, message.clock)
    if (!state.gifts.isPinned(id)) unpinned.push(id)
  }
  if (unpinned.length > 0) state.request({ type: 'unpinned', imports: unpinned })
}

/** What this node named is gone at its owner. */
export function receiveBroken(state: NodeState, from: Remote, message: BrokenMessage): void {
  const broken: ImportId[] = []
  for (let index = 0; index < message.ids.length; index++) {
    const id = state.imports.find(from.index, message.ids[index] as ExportId)
    // Named anew since: the answer to that is still to come.
    if (id !== undefined && state.imports.claimOf(id) <= message.at) broken.push(id)
  }
  state.breakImports(broken)
}
