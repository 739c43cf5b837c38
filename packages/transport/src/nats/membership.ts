/**
 * Who is there, in a bucket of NATS's key-value store: each node writes its own entry again and again, and watches those of all. A later
 * lifetime takes over the entry of an earlier one by compare-and-set, an earlier one never that of a later.
 *
 * All of it is a hint: nothing that is kept or freed depends on it, and a server that has lost the bucket gets it anew.
 */

import { after, type Duration, type Instant, ProtocolError } from '@holdfast/core'
import type { KV } from '@nats-io/kv'
import type { Clock } from '../clock.js'
import type { NetworkMember } from '../network.js'

export interface MembershipOptions {
  /** The bucket; made anew when the server does not know it any more. */
  readonly bucket: () => Promise<KV>
  readonly clock: Clock
  /** How often a node says that it is there. */
  readonly presence: Duration
}

/** So often a node may fail to say that it is there before others take it to be gone. */
const PRESENCES = 3

interface Seen {
  readonly name: string
  readonly at: Instant
}

export class Membership {
  readonly #self: NetworkMember
  readonly #options: MembershipOptions
  readonly #seen = new Map<string, Seen>()
  #kv: KV
  #revision = 0
  #isOver = false
  #isWatching = false
  #cancel = (): void => {}

  private constructor(self: NetworkMember, kv: KV, options: MembershipOptions) {
    this.#self = self
    this.#kv = kv
    this.#options = options
  }

  /** @throws ProtocolError `older-incarnation` */
  static async begin(self: NetworkMember, options: MembershipOptions): Promise<Membership> {
    const membership = new Membership(self, await options.bucket(), options)
    await membership.#write()
    membership.#again()
    return membership
  }

  /** Those that were heard of not long ago, this node first. */
  get members(): string[] {
    const { clock, presence } = this.#options
    const { name: own } = this.#self
    const now = clock.now()
    for (const [key, { at }] of this.#seen) if (after(at, presence * PRESENCES) < now) this.#seen.delete(key)
    return [own, ...[...this.#seen.values()].map(({ name }) => name).filter((name) => name !== own)]
  }

  /** Says nothing more. Idempotent. */
  stop(): void {
    this.#isOver = true
    this.#cancel()
  }

  /** Says that this node is there no more. */
  async end(): Promise<void> {
    this.stop()
    // It is over in a while anyway.
    await this.#kv.delete(keyOf(this.#self.name), { previousSeq: this.#revision }).catch(() => {})
  }

  #again(): void {
    const { clock, presence, bucket } = this.#options
    if (this.#isOver) return
    if (!this.#isWatching) void this.#watch()
    this.#cancel = clock.schedule(after(clock.now(), presence), () => {
      const write = async (): Promise<void> => {
        try {
          await this.#write()
        } catch {
          // The server is away, or has forgotten everything; or a later lifetime has taken over, and has the last word.
          this.#kv = await bucket().catch(() => this.#kv)
        }
      }
      void write().then(() => this.#again())
    })
  }

  async #write(): Promise<void> {
    const key = keyOf(this.#self.name)
    const value = JSON.stringify(this.#self)
    const entry = await this.#kv.get(key)
    if (entry === null) {
      this.#revision = await this.#kv.create(key, value)
      return
    }
    const other = entry.operation === 'PUT' ? readMember(entry.string()) : null
    if (other !== null && other.incarnation > this.#self.incarnation) {
      const data = { name: this.#self.name, incarnation: this.#self.incarnation, there: other.incarnation }
      throw new ProtocolError('older-incarnation', 'a later lifetime of this node is a member already', data)
    }
    this.#revision = await this.#kv.update(key, value, entry.revision)
  }

  async #watch(): Promise<void> {
    this.#isWatching = true
    try {
      for await (const entry of await this.#kv.watch()) {
        const member = entry.operation === 'PUT' ? readMember(entry.string()) : null
        if (member === null) this.#seen.delete(entry.key)
        else this.#seen.set(entry.key, { name: member.name, at: this.#options.clock.now() })
      }
    } catch {
      // The server is away. It is begun again with the next sign of presence.
    } finally {
      this.#isWatching = false
    }
  }
}

/** Keys and subjects have no room for most characters of a name. */
export const keyOf = (name: string): string => Buffer.from(name).toString('base64url')

function readMember(text: string): NetworkMember | null {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return null
    const { name, incarnation } = value as { readonly name?: unknown; readonly incarnation?: unknown }
    return typeof name === 'string' && typeof incarnation === 'number' ? { name, incarnation } : null
  } catch {
    return null
  }
}
