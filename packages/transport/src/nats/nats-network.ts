/** A cluster of nodes on a NATS server (or several, as one cluster of theirs). The server needs JetStream for the list of members. */

import { type Duration, ProtocolError, UsageError } from '@holdfast/core'
import { Kvm } from '@nats-io/kv'
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node'
import type { Clock } from '../clock.js'
import { ConnectionError } from '../connection-error.js'
import type { JoinedNetwork, Network, NetworkHandlers, NetworkMember } from '../network.js'
import { RealClock } from '../real-clock.js'
import { HEADER_BYTES } from './frame-pieces.js'
import { keyOf, Membership, type MembershipOptions } from './membership.js'
import { NatsLinks, type NatsPublisher } from './nats-links.js'

export interface NatsNetworkOptions {
  /** As `nats://host:port`, one or several of one cluster. */
  readonly servers: string | string[]
  /** What else the client of NATS takes: credentials, TLS. */
  readonly connection?: NodeConnectionOptions
  /** Clusters of other names on the same server do not see each other: letters, digits, `-` and `_`. Default: `holdfast`. */
  readonly cluster?: string
  /** Whether members trust each other with collecting cycles, as nodes of one program do. Default: true. */
  readonly isTrusted?: boolean
  /**
   * How often a node says that it is there, in ms, and asks whether the server is: a connection that has died without a word is noticed after
   * three times that, and made again. Default: 5,000.
   */
  readonly presenceMs?: Duration
  /** The longest frame. Default: what the server carries in one message, and 256 KiB at least. What is longer than that is cut. */
  readonly maxFrameBytes?: number
  /** For tests: where the time comes from. */
  readonly clock?: Clock
}

/** What a session's frames may have, and so a link has to carry. */
const MIN_FRAME_BYTES = 256 * 1024
/** Shorter messages would make hundreds of one frame. */
const MIN_PAYLOAD_BYTES = 4096
const DEFAULT_PRESENCE_MS = 5000
const MEMBER_ATTEMPTS = 3
const RECONNECT_WAIT_MS = 250
/** So many questions to the server may be unanswered. */
const MAX_PINGS_OUT = 2
/** A connection that breaks while it is made is noticed by nothing but time: so many presences, rather than the client's 20 s. */
const CONNECT_PRESENCES = 2

/** @throws UsageError `bad-cluster` */
export function natsNetwork(options: NatsNetworkOptions): Network {
  const { cluster = 'holdfast', isTrusted = true } = options
  if (!/^[\w-]{1,64}$/.test(cluster)) {
    throw new UsageError('bad-cluster', 'the name of a cluster has letters, digits, - and _', { cluster })
  }
  return { isTrusted, join: (self, handlers) => NatsCluster.join(self, handlers, { ...options, cluster }) }
}

interface ClusterParts {
  readonly connection: NatsConnection
  readonly publisher: Publisher
  readonly links: NatsLinks
  readonly membership: Membership
}

class NatsCluster implements JoinedNetwork {
  readonly #parts: ClusterParts
  #left: Promise<void> | null = null

  private constructor(parts: ClusterParts) {
    this.#parts = parts
  }

  static async join(
    self: NetworkMember,
    handlers: NetworkHandlers,
    options: NatsNetworkOptions & { readonly cluster: string },
  ): Promise<NatsCluster> {
    const { cluster } = options
    const connection = await open(options)
    try {
      const maxPayload = connection.info?.max_payload ?? 0
      if (maxPayload < MIN_PAYLOAD_BYTES) {
        const data = { maxPayload, needed: MIN_PAYLOAD_BYTES }
        throw new UsageError('max-payload', 'the server carries too short messages: raise its max_payload', data)
      }
      const presence = options.presenceMs ?? DEFAULT_PRESENCE_MS
      const clock = options.clock ?? new RealClock({ keepAlive: false })
      const membership = await becomeMember(self, {
        bucket: () => new Kvm(connection).create(`${cluster}-members`, { ttl: presence * 10 }),
        clock,
        presence,
      })
      const publisher = new Publisher(connection)
      const subjectOf = (node: string): string => `${cluster}.node.${keyOf(node)}`
      const links = new NatsLinks({
        publisher,
        subjectOf,
        self: self.name,
        maxFrameBytes: options.maxFrameBytes ?? Math.max(maxPayload - HEADER_BYTES, MIN_FRAME_BYTES),
        newId: () => crypto.randomUUID(),
        clock,
        openMs: presence,
        onLink: (link) => handlers.onLink(link),
      })
      const own = subjectOf(self.name)
      connection.subscribe(`${own}.*`, {
        callback: (error, message) => {
          if (error !== null) return
          const { subject, data, reply = '' } = message
          links.received({ id: subject.slice(own.length + 1), data, reply })
        },
      })
      await connection.flush()
      return new NatsCluster({ connection, publisher, links, membership })
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  get members(): readonly string[] {
    return this.#parts.membership.members
  }

  connect(peer: string): ReturnType<NatsLinks['open']> {
    return this.#parts.links.open(peer)
  }

  leave(): Promise<void> {
    this.#left ??= this.#leave()
    return this.#left
  }

  async #leave(): Promise<void> {
    const { connection, publisher, links, membership } = this.#parts
    links.end()
    // A server that is away hears nothing, and need not be waited for.
    if (publisher.isConnected) await membership.end()
    else membership.stop()
    await connection.close()
  }
}

/** JetStream may leave a question unanswered, as when its bucket has just been made: it is asked again. @throws as `join` */
async function becomeMember(self: NetworkMember, options: MembershipOptions): Promise<Membership> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await Membership.begin(self, options)
    } catch (error) {
      if (error instanceof ProtocolError) throw error
      if (attempt === MEMBER_ATTEMPTS)
        throw notConnected('no sign of presence could be left in the cluster', error, { name: self.name })
    }
  }
}

function notConnected(what: string, error: unknown, data: Readonly<Record<string, unknown>>): ConnectionError {
  const cause = String(error)
  return new ConnectionError('connect-failed', `${what}: ${cause}`, { ...data, cause })
}

/** @throws ConnectionError `connect-failed` */
async function open({
  servers,
  connection,
  presenceMs = DEFAULT_PRESENCE_MS,
}: NatsNetworkOptions): Promise<NatsConnection> {
  try {
    return await connect({
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_WAIT_MS,
      pingInterval: presenceMs,
      maxPingOut: MAX_PINGS_OUT,
      timeout: presenceMs * CONNECT_PRESENCES,
      ...connection,
      servers,
    })
  } catch (error) {
    throw notConnected(`no connection to NATS at ${String(servers)}`, error, { servers: [servers].flat() })
  }
}

/** Sends while there is a connection: the client would keep everything for when there is one again. */
class Publisher implements NatsPublisher {
  readonly #connection: NatsConnection
  isConnected = true

  constructor(connection: NatsConnection) {
    this.#connection = connection
    void this.#watch()
  }

  /** Of the server that there is a connection with: another of a cluster may carry less. */
  get maxPayload(): number {
    return Math.max(this.#connection.info?.max_payload ?? 0, MIN_PAYLOAD_BYTES)
  }

  publish(subject: string, data: Uint8Array, reply: string): void {
    if (this.isConnected) this.#connection.publish(subject, data, { reply })
  }

  async #watch(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type === 'disconnect' || type === 'close') this.isConnected = false
      else if (type === 'reconnect') this.isConnected = true
    }
  }
}
