/**
 * A node under attack among honest ones: alice, whom mallory attacks; bob, who holds an object of hers and has one that she holds. What
 * must hold afterwards: nobody threw, bob has lost nothing, mallory has got nothing of what bob has alone, and when all others are gone and forgotten nothing is left in alice's tables.
 */
import {
  encodeMessage,
  GIFT_KEY_BYTES,
  type Message,
  type MessageCodec,
  type NodeId,
  type ObjectKey,
  TOKEN_BYTES,
  WIRE_CODEC,
} from '@holdfast/core'
import { Finding } from './target.js'
import { Wires } from './wires.js'

const LEASE = { term: 1_000, drift: 0.01 }
const NOTHING = new Uint8Array(0)
const HERS = 1 as ObjectKey
const HIS = 2 as ObjectKey
/** Of alice, at bob alone. */
const SECRET = 3 as ObjectKey

export class Town {
  readonly #wires = new Wires()
  readonly #alice: NodeId
  readonly #bob: NodeId
  readonly #mallory: NodeId
  /** What mallory says in the place of an innocent call. */
  #lie: Uint8Array | null = null

  constructor() {
    const lying: MessageCodec = { ...WIRE_CODEC, encode: (message) => this.#takeLie() ?? encodeMessage(message) }
    const trusts = (node: NodeId): boolean => node === this.#bob
    this.#alice = this.#wires.add('alice', { lease: LEASE, trusts })
    this.#bob = this.#wires.add('bob', { lease: LEASE })
    this.#give(this.#alice, this.#bob, HERS)
    this.#give(this.#alice, this.#bob, SECRET)
    this.#give(this.#bob, this.#alice, HIS)
    this.#mallory = this.#wires.add('mallory', { lease: LEASE, codec: lying })
    this.#give(this.#alice, this.#mallory, HERS)
  }

  /** mallory says something over its session, if it still has one. */
  say(lie: Uint8Array): void {
    if (!this.#wires.collector(this.#mallory).isConnected(this.#alice)) return
    this.#lie = lie
    this.#give(this.#mallory, this.#alice, null)
  }

  /** A frame comes over mallory's link. */
  send(frame: Uint8Array): void {
    this.#wires.step(this.#alice, { type: 'frame', peer: this.#mallory, frame })
  }

  /** @throws Finding */
  check(): void {
    const alice = this.#wires.collector(this.#alice)
    const bob = this.#wires.collector(this.#bob)
    if (!alice.isConnected(this.#bob) || !bob.isConnected(this.#alice)) throw new Finding('bob has lost his session')
    if (!alice.referrersOf(HERS).some(({ node }) => node === this.#bob)) throw new Finding('bob has lost his reference')
    if (alice.referrersOf(SECRET).some(({ node }) => node === this.#mallory)) {
      throw new Finding('mallory is listed for what nobody has given it')
    }
    this.#wires.dropAll(this.#alice)
    // Everybody goes. A term until sessions are over, eleven until what was held is removed, as long for what was given.
    for (const peer of [this.#bob, this.#mallory]) {
      this.#wires.collectors.delete(peer)
      this.#wires.step(this.#alice, { type: 'link-closed', peer })
    }
    this.#wires.pass(this.#alice, 30 * LEASE.term)
    const left = { ...alice.tables, ...alice.acquaintances }
    if (Object.values(left).some((count) => count > 0)) throw new Finding(`left behind: ${JSON.stringify(left)}`)
  }

  #give(from: NodeId, to: NodeId, object: ObjectKey | null): void {
    const references = object === null ? [] : [{ object }]
    this.#wires.step(from, { type: 'call', to: { node: to }, call: 0, references, payload: NOTHING })
  }

  #takeLie(): Uint8Array | null {
    const lie = this.#lie
    this.#lie = null
    return lie
  }
}

/** Well-formed messages of every kind, to begin with. */
export const SAMPLE_MESSAGES: readonly Message[] = sampleMessages()

function sampleMessages(): Message[] {
  const one = Float64Array.of(1)
  const address = (node: string) => ({ node: node as NodeId, incarnation: 1 as never })
  const via = [{ gifter: address('carol'), gift: 1 }]
  const token = new Uint8Array(TOKEN_BYTES).fill(7)
  const gift = { kind: 'gift', id: 1, owner: address('carol'), gift: 1, depth: 1, via, token }
  const references = [{ kind: 'grant', id: 1 }, { kind: 'home', id: 1 }, gift]
  return [
    { type: 'call', call: 1, target: 1, references, payload: Uint8Array.of(1, 0, 0) },
    { type: 'return', call: 1, references, payload: Uint8Array.of(0, 4, 1) },
    { type: 'dgc:addRef', incarnation: 1, entries: [{ id: 1, gifter: address('bob'), gift: 1, via, token }] },
    { type: 'dgc:giftKey', key: new Uint8Array(GIFT_KEY_BYTES).fill(5) },
    { type: 'dgc:giftAck', receiver: address('bob'), clock: 1, gifts: [1] },
    { type: 'dgc:dropRef', ids: one, received: 1 },
    { type: 'dgc:broken', ids: one, at: 1, isRefusal: false },
    { type: 'dgc:askReport', full: true },
    { type: 'dgc:bringOutYourDead' },
    { type: 'dgc:report', part: 0, more: false, report: Uint8Array.of(0, 1, 1) },
    { type: 'dgc:report', part: 0, more: true, report: Uint8Array.of(0, 1, 1) },
    { type: 'dgc:collect', incarnation: 1, ids: one, versions: one },
    { type: 'dgc:clearWeak', incarnation: 1, report: 1, names: one, groups: one },
    { type: 'dgc:release', gifts: [1] },
    { type: 'dgc:ping', received: 1, count: 1, digest: 1 },
    { type: 'dgc:pong' },
    { type: 'dgc:reconcile', ids: one, last: true, received: 1 },
    { type: 'dgc:reconcileOk', at: 1 },
  ] as unknown as Message[]
}
