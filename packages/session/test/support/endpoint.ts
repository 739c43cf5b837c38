import { ALL_RULES, type Incarnation, incarnation, instant, nodeId, type Rules } from '@holdfast/core'
import { Channel, type ChannelEvent } from '../../src/channel.js'
import { DEFAULT_LIMITS, LOSSLESS_TIMING, type SessionLimits, type SessionTiming } from '../../src/limits.js'
import { OpeningCounter } from '../../src/opening-counter.js'

export interface EndpointOptions {
  readonly node: string
  readonly peer: string
  readonly incarnation?: number
  readonly counter?: OpeningCounter
  readonly limits?: Partial<SessionLimits>
  readonly timing?: Partial<SessionTiming>
  readonly lastSeen?: Incarnation
  readonly rules?: Rules
}

/** One end of a channel with everything that it ever told its driver. */
export class Endpoint {
  readonly counter: OpeningCounter
  readonly channel: Channel
  readonly events: ChannelEvent[] = []

  constructor(options: EndpointOptions) {
    this.counter = options.counter ?? new OpeningCounter()
    const channel = {
      self: { node: nodeId(options.node), incarnation: incarnation(options.incarnation ?? 1) },
      peer: nodeId(options.peer),
      counter: this.counter,
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      timing: { ...LOSSLESS_TIMING, ...options.timing },
      ...(options.lastSeen === undefined ? {} : { lastSeen: options.lastSeen }),
    }
    this.channel = new Channel(channel, options.rules ?? ALL_RULES)
  }

  receive(frame: Uint8Array, now = 0): ChannelEvent[] {
    const events = [...this.channel.receive(frame, instant(now))]
    this.events.push(...events)
    return events
  }

  flush(now = 0): Uint8Array[] {
    return [...this.channel.flush(instant(now))]
  }

  /** The messages delivered since the last call, as text. */
  takeTexts(): string[] {
    const texts: string[] = []
    for (const event of this.events.splice(0)) if (event.type === 'message') texts.push(textOf(event.bytes))
    return texts
  }

  /** The events since the last call but for messages, in short. */
  takeNews(): string[] {
    const news: string[] = []
    for (const event of this.events.splice(0)) {
      if (event.type === 'established') news.push(`${event.resumed ? 'resumed' : 'established'} ${event.number}`)
      else if (event.type === 'ended') news.push(`ended ${event.number} ${event.reason}`)
      else if (event.type === 'refused') news.push(`refused ${event.reason}`)
    }
    return news
  }
}

/** Flushes both ends and carries the frames over until neither has anything to say. @returns how many frames went over */
export function exchange(a: Endpoint, b: Endpoint, now = 0): number {
  let frames = 0
  for (;;) {
    const fromA = a.flush(now)
    const fromB = b.flush(now)
    if (fromA.length + fromB.length === 0) return frames
    frames += fromA.length + fromB.length
    if (frames > 1000) throw new Error('the ends never stop talking')
    for (const frame of fromA) b.receive(frame, now)
    for (const frame of fromB) a.receive(frame, now)
  }
}

/** Opens the link at both ends. */
export function link(a: Endpoint, b: Endpoint, now = 0): void {
  a.channel.linkOpened(instant(now))
  b.channel.linkOpened(instant(now))
}

/** Closes the link at both ends. */
export function unlink(a: Endpoint, b: Endpoint, now = 0): void {
  a.channel.linkClosed(instant(now))
  b.channel.linkClosed(instant(now))
}

/** Two ends with a session. */
export function openPair(options: Partial<EndpointOptions> = {}): { a: Endpoint; b: Endpoint } {
  const a = new Endpoint({ ...options, node: 'alice', peer: 'bob' })
  const b = new Endpoint({ ...options, node: 'bob', peer: 'alice' })
  link(a, b)
  exchange(a, b)
  a.events.length = 0
  b.events.length = 0
  return { a, b }
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
