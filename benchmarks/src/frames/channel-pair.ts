/** Two channels with a session open between them; frames cross by a function call, so nothing but the channel is measured. */
import { assert, incarnation, instant, nodeId } from '@holdfast/core'
import { Channel, DEFAULT_LIMITS, LOSSLESS_TIMING, OpeningCounter } from '@holdfast/session'

/** What crossed, both ways, in bytes. */
interface Crossed {
  there: number
  back: number
  delivered: number
}

export class ChannelPair {
  readonly #sender = channel('sender', 'receiver')
  readonly #receiver = channel('receiver', 'sender')
  /** Virtual: each turn is a millisecond, so that acknowledgements come when they come due. */
  #now = 0
  readonly #crossed: Crossed = { there: 0, back: 0, delivered: 0 }

  constructor() {
    this.#sender.linkOpened(instant(0))
    this.#receiver.linkOpened(instant(0))
    for (let exchanges = 0; exchanges < 4; exchanges++) this.#exchange()
    assert(this.#sender.state === 'open' && this.#receiver.state === 'open', 'the session is open')
  }

  /** Sends messages as one turn, takes them in, and lets the acknowledgement come back when it is due. */
  turn(messages: readonly Uint8Array[]): void {
    for (const message of messages) this.#sender.append(message)
    this.#exchange()
  }

  /** What crosses while something is done, acknowledgements included. @returns bytes and messages delivered */
  count(work: () => void): Readonly<Crossed> {
    const before = { ...this.#crossed }
    work()
    for (let turns = 0; turns <= LOSSLESS_TIMING.ackDelay; turns++) this.#exchange()
    const { there, back, delivered } = this.#crossed
    return { there: there - before.there, back: back - before.back, delivered: delivered - before.delivered }
  }

  /** Frames go until both are silent: what fits into no window waits for its acknowledgement. */
  #exchange(): void {
    const now = instant(this.#now++)
    for (;;) {
      const there = this.#sender.flush(now)
      for (const frame of there) {
        this.#crossed.there += frame.length
        for (const event of this.#receiver.receive(frame, now)) if (event.type === 'message') this.#crossed.delivered++
      }
      const back = this.#receiver.flush(now)
      for (const frame of back) {
        this.#crossed.back += frame.length
        this.#sender.receive(frame, now)
      }
      if (there.length === 0 && back.length === 0) return
    }
  }
}

function channel(self: string, peer: string): Channel {
  return new Channel({
    self: { node: nodeId(self), incarnation: incarnation(1) },
    peer: nodeId(peer),
    counter: new OpeningCounter(),
    limits: DEFAULT_LIMITS,
    timing: LOSSLESS_TIMING,
  })
}
