/**
 * The wires of a world: from each node to each other, FIFO, a frame at a time. A pair of nodes has a link or not; a wire of a link
 * may be held, so that nothing moves on it by itself; and frames may be kept aside, to come late.
 */

const wireOf = (from: string, to: string): string => `${from}>${to}`
const pairOf = (a: string, b: string): string => (a < b ? `${a}|${b}` : `${b}|${a}`)

export class Network {
  readonly wires = new Map<string, Uint8Array[]>()
  readonly #links = new Set<string>()
  /** Pairs that cannot be joined by who wants it. */
  readonly #apart = new Set<string>()
  readonly #held = new Set<string>()
  /** How many frames of a wire are kept aside. */
  readonly #aside = new Map<string, number>()

  isLinked(a: string, b: string): boolean {
    return this.#links.has(pairOf(a, b))
  }

  isApart(a: string, b: string): boolean {
    return this.#apart.has(pairOf(a, b))
  }

  link(a: string, b: string): void {
    this.#links.add(pairOf(a, b))
    this.#apart.delete(pairOf(a, b))
  }

  /** Two lose their link, and get no other until they are linked on purpose. */
  part(a: string, b: string): void {
    this.#apart.add(pairOf(a, b))
    this.unlink(a, b)
  }

  /** What is under way between the two is lost with their link. */
  unlink(a: string, b: string): void {
    this.#links.delete(pairOf(a, b))
    this.lose(a, b)
    this.lose(b, a)
  }

  /** Puts a frame on its wire, or loses it where there is no link. */
  send(from: string, to: string, frame: Uint8Array): void {
    if (!this.isLinked(from, to)) return
    const wire = wireOf(from, to)
    const frames = this.wires.get(wire)
    if (frames === undefined) this.wires.set(wire, [frame])
    else frames.push(frame)
  }

  frames(from: string, to: string): Uint8Array[] {
    return this.wires.get(wireOf(from, to)) ?? []
  }

  lose(from: string, to: string): void {
    this.frames(from, to).splice(0)
  }

  /** Whether anything may still come from one node to another. */
  isUnderWay(from: string, to: string): boolean {
    return this.frames(from, to).length > 0 || (this.#aside.get(wireOf(from, to)) ?? 0) > 0
  }

  /** From now on frames wait on a wire until somebody delivers them one by one. */
  hold(from: string, to: string): void {
    this.#held.add(wireOf(from, to))
  }

  /** Frames move by themselves again, on every wire. */
  freeAll(): void {
    this.#held.clear()
  }

  free(from: string, to: string): void {
    this.#held.delete(wireOf(from, to))
  }

  /** Takes all frames of a wire off it. */
  keepAside(from: string, to: string): Uint8Array[] {
    const frames = this.frames(from, to).splice(0)
    this.#aside.set(wireOf(from, to), frames.length)
    return frames
  }

  /** Nothing of a wire is kept aside any more. */
  clearAside(from: string, to: string): void {
    this.#aside.delete(wireOf(from, to))
  }

  /** The wires with something on them that moves by itself. */
  busy(): [string, string][] {
    const busy = [...this.wires].filter(([wire, frames]) => frames.length > 0 && !this.#held.has(wire))
    return busy.map(([wire]) => wire.split('>') as [string, string])
  }
}
