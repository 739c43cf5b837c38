/** What all nodes of a world have sent so far: messages by kind as they are encoded, frames as they leave. */
import { type Message, type MessageCodec, WIRE_CODEC } from '@holdfast/core'

/** A kind of message; `frames` for what frames add to the messages in them, handshakes and acknowledgements included. */
export type TrafficKind = Message['type'] | 'frames'

export interface KindCounts {
  readonly count: number
  readonly bytes: number
}

/** What was sent: all bytes of all frames, and which messages they carried. */
export interface TrafficCounts {
  readonly messages: number
  readonly frames: number
  readonly bytes: number
  readonly kinds: ReadonlyMap<TrafficKind, KindCounts>
}

export class Traffic {
  readonly #kinds = new Map<TrafficKind, { count: number; bytes: number }>()
  #messages = 0
  #messageBytes = 0
  #frames = 0
  #frameBytes = 0
  /** The wire's own codec, which counts on the side. */
  readonly codec: MessageCodec = {
    encode: (message) => {
      const bytes = WIRE_CODEC.encode(message)
      this.#messages++
      this.#messageBytes += bytes.length
      this.#add(message.type, bytes.length)
      return bytes
    },
    decode: (bytes) => WIRE_CODEC.decode(bytes),
  }

  /** A frame leaves its node. */
  frame(bytes: number): void {
    this.#frames++
    this.#frameBytes += bytes
  }

  /** Everything since the start. */
  total(): TrafficCounts {
    const kinds = new Map<TrafficKind, KindCounts>()
    for (const [kind, { count, bytes }] of this.#kinds) kinds.set(kind, { count, bytes })
    kinds.set('frames', { count: this.#frames, bytes: this.#frameBytes - this.#messageBytes })
    return { messages: this.#messages, frames: this.#frames, bytes: this.#frameBytes, kinds }
  }

  #add(kind: TrafficKind, bytes: number): void {
    const known = this.#kinds.get(kind)
    if (known === undefined) this.#kinds.set(kind, { count: 1, bytes })
    else {
      known.count++
      known.bytes += bytes
    }
  }
}

/** What was sent between two moments. */
export function trafficBetween(before: TrafficCounts, after: TrafficCounts): TrafficCounts {
  const kinds = new Map<TrafficKind, KindCounts>()
  for (const [kind, { count, bytes }] of after.kinds) {
    const old = before.kinds.get(kind) ?? { count: 0, bytes: 0 }
    if (count > old.count) kinds.set(kind, { count: count - old.count, bytes: bytes - old.bytes })
  }
  return {
    messages: after.messages - before.messages,
    frames: after.frames - before.frames,
    bytes: after.bytes - before.bytes,
    kinds,
  }
}
