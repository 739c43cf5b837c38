/**
 * Gifts and what proves them: a gifter gives a proof along, the receiver carries it to the owner, and the owner judges the claim.
 * Source: docs/protocol.md, "Gifts are proved".
 */
import {
  type AddRefEntry,
  type ExportId,
  type GiftId,
  type GiftKeyMessage,
  type GiftLink,
  type ImportId,
  LimitError,
  type Message,
  type NodeAddress,
} from '@holdfast/core'
import { areEqual } from './gift-tokens.js'
import type { NodeState } from './node-state.js'
import type { Claim, Remote } from './remotes.js'

/** How many gifts in a row may lie unacknowledged (D of the protocol): what bounds the quarantine. */
export const MAX_GIFT_DEPTH = 1

const NOTHING = new Uint8Array(0)
const NO_LINKS: readonly GiftLink[] = []

/**
 * Tells a holder, once in each session and before it is listed for the first reference, what to prove gifts with.
 * @param append of the state: one that may refuse, or one that ends the session where the message does not fit
 */
export function sendGiftKey(
  state: NodeState,
  holder: Remote,
  append: (message: Message) => void = (message) => void state.append(holder, message),
): void {
  if (holder.hasGivenKey || !state.tokens.areAsked || holder.session === 0) return
  // Numbers of sessions are never used again: a holder that was forgotten, and with it what it had given, gets another key.
  holder.givenKey ??= state.tokens.keyOf(holder.address, holder.session)
  append({ type: 'dgc:giftKey', key: holder.givenKey })
  // It may have ended the session.
  holder.hasGivenKey = holder.session > 0
}

/** An owner tells what to prove gifts of its objects with. */
export function receiveGiftKey(state: NodeState, owner: Remote, { key }: GiftKeyMessage): void {
  owner.giftKey = key
  vouch(state, owner)
}

/** What an owner has acknowledged this node can vouch for itself, as soon as it has the key. Amortized O(1). */
export function vouch(state: NodeState, owner: Remote): void {
  if (owner.giftKey !== null) state.imports.vouch(owner.index, state.acknowledgedBy(owner))
}

/**
 * What proves a gift of an import, which this node may give.
 * @throws LimitError `gift-depth` while it can be given upon too many gifts only
 */
export function proofOf(
  state: NodeState,
  id: ImportId,
  { gift, receiver }: { gift: GiftId; receiver: NodeAddress },
): { via: readonly GiftLink[]; token: Uint8Array } {
  const { imports, tokens } = state
  const upon = imports.proofOf(id)
  if (upon === undefined) {
    const key = state.remotes.at(imports.ownerOf(id)).giftKey ?? NOTHING
    return { via: NO_LINKS, token: tokens.first(key, { id: imports.exportOf(id), gift, receiver }) }
  }
  const { gifter, gift: last, via, token } = upon
  const depth = via.length + 1
  if (depth > MAX_GIFT_DEPTH) {
    throw new LimitError('gift-depth', "the gift waits until the owner has acknowledged this node's claim", { depth })
  }
  return { via: [...via, { gifter, gift: last }], token: tokens.next(token, { gift, receiver }) }
}

/** Whether this node holds an export already and can vouch for it: a gift of it changes nothing about that. */
export function canVouch(state: NodeState, owner: Remote, id: ExportId): boolean {
  const { imports } = state
  const known = imports.find(owner.index, id)
  if (known === undefined || !imports.isTrusted(known) || !state.isOpen(owner)) return false
  return imports.proofOf(known) === undefined && imports.claimOf(known) <= state.acknowledgedBy(owner)
}

/** A gift was claimed, or waits: until the owner has acknowledged that, this is what the import is given on upon. */
export function noteProof(state: NodeState, id: ImportId, { gifter, gift, via, token, isVouched }: Claim): void {
  if (isVouched || token.length === 0) return
  const known = state.imports.proofOf(id)
  // The shortest row, and of two the one that is claimed first.
  if (known === undefined || via.length < known.via.length) state.imports.prove(id, { gifter, gift, via, token })
}

/** What an owner finds about a claim: `forged`, too, if it was claimed before; `unfounded` if its gifter does not hold the object itself. */
export type ClaimFinding = 'good' | 'forged' | 'unfounded'

/** Judges the claim of a gift, and takes note of it. O(gifts in the row), as a rule. */
export function judgeClaim(
  state: NodeState,
  from: Remote,
  { id, gifter, gift, via, token }: AddRefEntry,
): ClaimFinding {
  const { claimedGifts, now, remotes, rules, tokens, times } = state
  if (!tokens.areAsked || !rules.on('gift-tokens')) return 'good'
  const links = [...via, { gifter, gift }]
  const key = remotes.find(links[0].gifter)?.givenKey ?? null
  if (key === null || links.length > MAX_GIFT_DEPTH + 1) return 'forged'
  if (!areEqual(tokens.ofRow(key, { id, links, receiver: from.address }), token)) return 'forged'
  const claim = { gifter, receiver: from.address, gift }
  if (!claimedGifts.isOpen(claim)) return 'forged'
  const isKnown = remotes.find(gifter) !== undefined
  claimedGifts.claimed(claim, { session: from.session, now, memory: times.quarantine, isKnown })
  return isHeldByGifter(state, id, links) ? 'good' : 'unfounded'
}

/**
 * Whether who gave it holds it: a gifter pins what it gives until the owner has answered. Of gifts upon gifts that is the last whose own
 * claim has come. What came to it by a claim, and it has dropped since, it can't give by the same gift again.
 */
function isHeldByGifter(
  { claimedGifts, exports, remotes }: NodeState,
  id: ExportId,
  links: readonly GiftLink[],
): boolean {
  let last = links.length - 1
  while (last > 0) {
    const { gifter, gift } = links[last - 1]
    if (claimedGifts.isSettled({ gifter, receiver: links[last].gifter, gift })) break
    last--
  }
  const holder = remotes.find(links[last].gifter)
  return holder !== undefined && exports.isHeldBy(id, holder.index)
}
