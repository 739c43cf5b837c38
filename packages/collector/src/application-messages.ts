/** Calls and returns: what happens to the tables when references go out and come in. */
import {
  after,
  type CallMessage,
  type ExportId,
  type GiftId,
  type ImportId,
  LimitError,
  type NodeId,
  type ObjectKey,
  ProtocolError,
  type ReturnMessage,
  type Sequence,
  UsageError,
  type WireReference,
} from '@holdfast/core'
import { UNSENT } from '@holdfast/refcount'
import { answerBroken } from './broken.js'
import type { ArrivedReference, CollectorEvent, LocalReference } from './event.js'
import { canVouch, MAX_GIFT_DEPTH, noteProof, proofOf, sendGiftKey } from './gift-proofs.js'
import { endIfOver } from './leases.js'
import type { NodeState } from './node-state.js'
import type { Claim, Remote } from './remotes.js'

type ApplicationEvent = Extract<CollectorEvent, { type: 'call' | 'return' }>

/**
 * Sends a message of the application. Everything is looked up and encoded before the tables change.
 * @throws UsageError `no-session`, `no-such-import`; LimitError of the session, `gift-depth`, `suspended`
 */
export function send(state: NodeState, event: ApplicationEvent): void {
  const target = event.type === 'call' && 'import' in event.to ? event.to.import : null
  const owner = target === null ? null : state.remotes.at(state.imports.ownerOf(requireImport(state, target)))
  const remote = state.openRemote(owner === null ? destinationOf(event) : owner.address.node)
  if (owner !== null && owner !== remote) {
    throw new UsageError('no-session', "the session is with another lifetime of the object's owner", {
      ...owner.address,
    })
  }
  // Most messages carry none: nothing is set up for them.
  const outgoing = event.references.length === 0 ? null : new OutgoingReferences(state, remote)
  const references = outgoing === null ? NO_REFERENCES : event.references.map((reference) => outgoing.add(reference))
  if (outgoing?.grants === true) sendGiftKey(state, remote, (message) => void state.appendRefusable(remote, message))
  const { call, payload } = event
  const exported = target === null ? null : state.imports.exportOf(target)
  const sequence = state.appendRefusable(
    remote,
    event.type === 'return'
      ? { type: 'return', call, references, payload }
      : { type: 'call', call, target: exported, references, payload },
  )
  if (target !== null) state.imports.used(target, sequence)
  outgoing?.commit(sequence)
}

const NO_REFERENCES: readonly never[] = []

function destinationOf(event: ApplicationEvent): NodeId {
  if (event.type === 'return') return event.to
  if ('node' in event.to) return event.to.node
  throw new UsageError('no-destination', 'a call goes to an import or to a node')
}

function requireImport(state: NodeState, id: ImportId): ImportId {
  if (!state.imports.has(id)) throw new UsageError('no-such-import', 'this node holds no such import', { import: id })
  return id
}

/** The references of one message: first named, then, when the message has its number, noted in the tables. */
class OutgoingReferences {
  readonly #state: NodeState
  readonly #remote: Remote
  readonly #commits: ((sequence: Sequence) => void)[] = []
  readonly #newExports = new Map<ObjectKey, ExportId>()
  #gifts = 0
  /** Whether an object of this node is among them. */
  grants = false

  constructor(state: NodeState, remote: Remote) {
    this.#state = state
    this.#remote = remote
  }

  add(reference: LocalReference): WireReference {
    const { imports, gifts } = this.#state
    if ('object' in reference) return this.#grant(reference.object)
    const id = requireImport(this.#state, reference.import)
    const owner = this.#state.remotes.at(imports.ownerOf(id))
    if (owner === this.#remote) {
      this.#commits.push((sequence) => imports.used(id, sequence))
      return { kind: 'home', id: imports.exportOf(id) }
    }
    const gift = (gifts.nextId + this.#gifts++) as GiftId
    const { address: receiver } = this.#remote
    this.#commits.push(() => {
      gifts.give(id, receiver, this.#state.now)
      this.#state.schedule.gifts()
    })
    const depth = this.#depthOf(id, owner)
    const proof = proofOf(this.#state, id, { gift, receiver })
    return { kind: 'gift', id: imports.exportOf(id), owner: owner.address, gift, depth, ...proof }
  }

  commit(sequence: Sequence): void {
    for (const commit of this.#commits) commit(sequence)
  }

  #grant(object: ObjectKey): WireReference {
    const { exports } = this.#state
    this.grants = true
    const id = exports.exportOf(object) ?? this.#newExports.get(object) ?? this.#nextExport(object)
    this.#commits.push((sequence) => {
      exports.grant(object, this.#remote.index, sequence)
      this.#remote.told = sequence
    })
    return { kind: 'grant', id }
  }

  #nextExport(object: ObjectKey): ExportId {
    const id = (this.#state.exports.nextId + this.#newExports.size) as ExportId
    this.#newExports.set(object, id)
    return id
  }

  #depthOf(id: ImportId, owner: Remote): number {
    const { imports } = this.#state
    this.#requireTrust(id, owner)
    if (imports.claimOf(id) <= this.#state.acknowledgedBy(owner)) return 0
    const depth = imports.depthOf(id) + 1
    if (depth <= MAX_GIFT_DEPTH) return depth
    throw new LimitError('gift-depth', 'the gift waits until the owner has acknowledged the one it came by', { depth })
  }

  /** Whether a gift of the import waits for a session with its owner, and has not waited too long. */
  #isClaimFresh(id: ImportId, owner: Remote): boolean {
    const { imports, now, times } = this.#state
    const exported = imports.exportOf(id)
    return owner.waiting.some((claim) => claim.id === exported && now < after(claim.since, times.holderTerm))
  }

  /** An expired holder is silent: what its owner may have removed is not given away. */
  #requireTrust(id: ImportId, owner: Remote): void {
    const { imports, rules } = this.#state
    const isOpen = this.#state.isOpen(owner)
    // Without a session, a gift that has just come may be passed on; what is left of an ended session may not.
    const isTrusted = imports.isTrusted(id) && (isOpen || this.#isClaimFresh(id, owner))
    if (isTrusted) return
    if (!rules.on(isOpen ? 'unconfirmed-holder-gives-nothing' : 'expired-holder-gives-nothing')) return
    throw new LimitError('suspended', 'the gift waits until its owner has acknowledged that this node still holds it', {
      import: id,
      owner: owner.address.node,
    })
  }
}

/** Takes an application message in, the last that was received. @throws ProtocolError before anything is changed */
export function receive(state: NodeState, from: Remote, message: CallMessage | ReturnMessage): void {
  if (message.references.length === 0 && receivePlain(state, from, message)) return
  for (const reference of message.references) validate(state, reference)
  const { node } = from.address
  const { call, payload } = message
  const incoming = new IncomingReferences(state, from)
  if (message.type === 'return') {
    const references = incoming.takeAll(message.references)
    state.emit({ type: 'returned', from: node, call, references, payload })
  } else {
    const target = message.target === null ? null : state.exports.use(message.target, from.index)
    if (message.target !== null && target === undefined) incoming.refuse(message.target)
    const isLost = target === undefined && !state.rules.on('rejected-message-keeps-references')
    const references = isLost ? [] : incoming.takeAll(message.references)
    if (target === undefined) state.emit({ type: 'rejected', from: node, call, references })
    else state.emit({ type: 'called', from: node, call, target, references, payload })
  }
  incoming.answer()
}

/** The short way of a message without references. @returns false for a call to what is gone: that has an answer */
function receivePlain(state: NodeState, from: Remote, message: CallMessage | ReturnMessage): boolean {
  const { call, payload } = message
  const { node } = from.address
  if (message.type === 'return') {
    state.emit({ type: 'returned', from: node, call, references: NO_REFERENCES, payload })
    return true
  }
  const target = message.target === null ? null : state.exports.use(message.target, from.index)
  if (target === undefined) return false
  state.emit({ type: 'called', from: node, call, target, references: NO_REFERENCES, payload })
  return true
}

function validate(state: NodeState, reference: WireReference): void {
  if (reference.kind === 'gift' && Math.max(reference.depth, reference.via.length) > MAX_GIFT_DEPTH) {
    throw new ProtocolError('gift-depth', 'a gift upon more unacknowledged gifts than are allowed', {
      id: reference.id,
      depth: reference.depth,
      via: reference.via.length,
    })
  }
  if (reference.kind === 'gift' && state.isSelf(reference.owner)) {
    throw new ProtocolError('gift-of-own', "a node was given its own object as another's", { id: reference.id })
  }
}

/** The references of one message that arrived: taken into the tables first, answered when the driver has been told. */
class IncomingReferences {
  readonly #state: NodeState
  readonly #from: Remote
  readonly #claims = new Map<Remote, Claim[]>()
  readonly #refused = new Set<ExportId>()

  constructor(state: NodeState, from: Remote) {
    this.#state = state
    this.#from = from
  }

  takeAll(references: readonly WireReference[]): ArrivedReference[] {
    return references.map((reference) => this.#take(reference))
  }

  /** What the message named is gone, or not listed for its sender. */
  refuse(id: ExportId): void {
    this.#refused.add(id)
  }

  /** Says what was refused, and asks the owners of gifts to list this node: in the same turn, before any use. */
  answer(): void {
    const ids = [...this.#refused].sort((a, b) => a - b)
    if (ids.length > 0) answerBroken(this.#state, this.#from, ids)
    for (const [owner, claims] of this.#claims) claimAll(this.#state, owner, claims)
  }

  #take(reference: WireReference): ArrivedReference {
    const { imports, exports } = this.#state
    if (reference.kind === 'grant') {
      return { import: imports.take(this.#from.index, reference.id, this.#state.sentTo(this.#from)) }
    }
    if (reference.kind === 'gift') return this.#takeGift(reference)
    const object = exports.use(reference.id, this.#from.index)
    if (object !== undefined) return { object }
    this.refuse(reference.id)
    return { broken: reference.id }
  }

  #takeGift(gift: Extract<WireReference, { kind: 'gift' }>): ArrivedReference {
    const state = this.#state
    const { remotes, rules } = state
    const names = rules.on('gift-names-incarnation')
    const current = names ? null : (remotes.findPeer(gift.owner.node)?.remote ?? null)
    if (!names && gift.owner.node === state.address.node) {
      return state.exports.has(gift.id) ? { object: state.exports.objectOf(gift.id) } : { broken: gift.id }
    }
    const owner = current ?? remotes.remote(gift.owner)
    // Before the import is taken: the end of a session suspends all that was held till then, and a gift from behind it has a term of its own.
    endIfOver(state, remotes.peer(owner.address.node))
    const isVouched = canVouch(state, owner, gift.id)
    const id = state.imports.take(owner.index, gift.id, state.sentTo(owner))
    const claims = this.#claims.get(owner) ?? []
    this.#claims.set(owner, claims)
    const { address: gifter } = this.#from
    const { depth, via, token } = gift
    claims.push({ id: gift.id, gifter, gift: gift.gift, via, token, depth, since: state.now, isVouched })
    if (!rules.on('giftAck-after-registration')) {
      state.append(this.#from, { type: 'dgc:giftAck', receiver: state.address, clock: 0, gifts: [gift.gift] })
    }
    return { import: id }
  }
}

function claimAll(state: NodeState, owner: Remote, claims: readonly Claim[]): void {
  if (owner.session > 0) {
    sendClaims(state, owner, claims)
    return
  }
  if (state.isOver(owner)) {
    state.abandon(owner)
    return
  }
  noteClaims(state, { owner, claims, sequence: UNSENT })
  owner.waiting.push(...claims)
  state.schedule.remote(owner)
  state.connect(state.remotes.peer(owner.address.node))
}

function sendClaims(state: NodeState, owner: Remote, claims: readonly Claim[]): void {
  const { incarnation } = owner.address
  const entries = claims.map(({ id, gifter, gift, via, token }) => ({ id, gifter, gift, via, token }))
  const sequence = state.append(owner, { type: 'dgc:addRef', incarnation, entries })
  if (sequence === 0) return
  noteClaims(state, { owner, claims, sequence })
  if (!state.rules.on('addRef-dies-with-its-session')) owner.sentClaims.push(...claims)
}

/** Claims at one owner, and the message that carries them. */
interface SentClaims {
  readonly owner: Remote
  readonly claims: readonly Claim[]
  readonly sequence: Sequence
}

function noteClaims(state: NodeState, { owner, claims, sequence }: SentClaims): void {
  for (const claim of claims) {
    const id = state.imports.find(owner.index, claim.id)
    if (id === undefined) continue
    state.imports.claimed(id, sequence, claim.depth)
    noteProof(state, id, claim)
  }
}

/**
 * A session with an owner has opened: right after the reconcile, the addRefs that waited for it. An import that was let go of meanwhile
 * is claimed all the same, which settles the gift, and dropped at once.
 */
export function sendWaitingClaims(state: NodeState, owner: Remote): void {
  const isAlive = ({ id }: Claim) => state.imports.find(owner.index, id) !== undefined
  const claims = [...owner.sentClaims.splice(0).filter(isAlive), ...owner.waiting]
  owner.waiting = []
  state.schedule.remote(owner)
  if (claims.length === 0) return
  sendClaims(state, owner, claims)
  const gone = claims.filter((claim) => !isAlive(claim))
  const ids = [...new Set(gone.map((claim) => claim.id))].sort((a, b) => a - b)
  if (ids.length > 0) {
    state.append(owner, { type: 'dgc:dropRef', ids, received: owner.received })
  }
}
