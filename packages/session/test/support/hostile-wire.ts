import { type Instant, instant, type Random } from '@holdfast/core'
import type { Endpoint } from './endpoint.js'

export interface Weather {
  /** Probability that a frame is lost. */
  readonly loss: number
  /** Probability that a frame comes twice. */
  readonly duplication: number
  /** Longest delay in ms: frames overtake each other. */
  readonly delay: number
  /** Frames keep their order all the same. */
  readonly ordered?: boolean
}

interface Flight {
  readonly at: Instant
  readonly to: 'a' | 'b'
  readonly frame: Uint8Array
}

/** Two endpoints in virtual time on a wire that loses, repeats and reorders frames, and may be cut. */
export class HostileWire {
  readonly random: Random
  weather: Weather
  now = instant(0)
  a: Endpoint
  b: Endpoint
  frames = 0
  #flights: Flight[] = []

  constructor(ends: { a: Endpoint; b: Endpoint }, random: Random, weather: Weather) {
    this.a = ends.a
    this.b = ends.b
    this.random = random
    this.weather = weather
  }

  open(): void {
    this.a.channel.linkOpened(this.now)
    this.b.channel.linkOpened(this.now)
    this.flush()
  }

  /** Whatever is under way is lost. */
  cut(): void {
    this.a.channel.linkClosed(this.now)
    this.b.channel.linkClosed(this.now)
    this.#flights = []
  }

  flush(): void {
    for (const frame of this.a.flush(this.now)) this.#send('b', frame)
    for (const frame of this.b.flush(this.now)) this.#send('a', frame)
  }

  #send(to: 'a' | 'b', frame: Uint8Array): void {
    this.frames++
    const { loss, duplication, delay, ordered } = this.weather
    const copies = this.random.chance(loss) ? 0 : this.random.chance(duplication) ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      const last = ordered ? (this.#flights.findLast((flight) => flight.to === to)?.at ?? 0) : 0
      const at = instant(Math.max(last, this.now + this.random.below(delay + 1)))
      this.#flights.push({ at, to, frame: frame.slice() })
    }
  }

  /** Lets time go to the next thing that happens, and it happen. @returns false when nothing ever will */
  step(until = Number.POSITIVE_INFINITY): boolean {
    let next = Number.POSITIVE_INFINITY
    for (const flight of this.#flights) next = Math.min(next, flight.at)
    for (const { channel } of [this.a, this.b]) next = Math.min(next, channel.nextDeadline() ?? next)
    if (next > until || next === Number.POSITIVE_INFINITY) return false
    this.now = instant(Math.max(this.now, next))
    const arrived = this.#flights.filter((flight) => flight.at <= this.now)
    this.#flights = this.#flights.filter((flight) => flight.at > this.now)
    for (const { to, frame } of arrived) (to === 'a' ? this.a : this.b).receive(frame, this.now)
    this.flush()
    return true
  }

  /** Steps until a time, in ms. */
  runUntil(until: number): void {
    while (this.step(until)) continue
    this.now = instant(Math.max(this.now, until))
  }

  /** Steps until nothing is due and nothing under way. @returns how many steps that took */
  settle(maxSteps: number): number {
    for (let steps = 0; steps < maxSteps; steps++) if (!this.step()) return steps
    throw new Error(`not quiet after ${maxSteps} steps`)
  }
}
