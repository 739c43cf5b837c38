/**
 * The wires between the nodes. Two nodes have at most one link that is worth anything: the latest. Its two ends close by themselves,
 * so that one may not know (half-open); frames wait on their wire until an action delivers them.
 */
import type { SimulatedNode } from './simulated-node.js'

/** How many frames of earlier links are kept, to come late. */
const KEPT_LATE = 6

/** One link between two lifetimes. */
export interface Link {
  /** The one with the lower place first. */
  readonly nodes: readonly [SimulatedNode, SimulatedNode]
  /** Whether each thinks it open. */
  readonly isOpen: [boolean, boolean]
  /** Frames from each, the oldest first. */
  readonly wires: readonly [Uint8Array[], Uint8Array[]]
}

/** A wire with something on it. */
export interface Wire {
  readonly from: SimulatedNode
  readonly to: SimulatedNode
  readonly frames: Uint8Array[]
}

export class Network {
  readonly #count: number
  readonly #links: (Link | null)[]
  readonly #blocked: Uint8Array
  readonly #late: Uint8Array[][]
  #blockedCount = 0

  /** @param count of nodes */
  constructor(count: number) {
    this.#count = count
    this.#links = Array.from({ length: count * count }, () => null)
    this.#blocked = new Uint8Array(count * count)
    this.#late = Array.from({ length: count * count }, () => [])
  }

  get hasBlocks(): boolean {
    return this.#blockedCount > 0
  }

  /** The latest link between two places. */
  between(a: number, b: number): Link | null {
    return a < b ? this.#links[a * this.#count + b] : this.#links[b * this.#count + a]
  }

  /** Whether one end thinks that it has an open link to a peer. */
  isOpenAt(node: SimulatedNode, peerPlace: number): boolean {
    const link = this.between(node.place, peerPlace)
    const side = node.place < peerPlace ? 0 : 1
    return link !== null && link.nodes[side] === node && link.isOpen[side]
  }

  /** Whether two lifetimes have a link that is open at both ends. */
  isWhole(a: SimulatedNode, b: SimulatedNode): boolean {
    return this.isOpenAt(a, b.place) && this.isOpenAt(b, a.place)
  }

  /** A new link, open at both ends. */
  open(a: SimulatedNode, b: SimulatedNode): void {
    this.cut(a.place, b.place)
    const nodes: [SimulatedNode, SimulatedNode] = a.place < b.place ? [a, b] : [b, a]
    this.#links[nodes[0].place * this.#count + nodes[1].place] = { nodes, isOpen: [true, true], wires: [[], []] }
  }

  /** What is under way between two places goes astray. */
  cut(a: number, b: number): void {
    const link = this.between(a, b)
    if (link === null) return
    for (const side of [0, 1]) this.#strand(link, side)
  }

  /** One end is closed: what comes for it goes astray. */
  close(node: SimulatedNode, peerPlace: number): void {
    const link = this.between(node.place, peerPlace)
    const side = node.place < peerPlace ? 0 : 1
    if (link === null || link.nodes[side] !== node) return
    link.isOpen[side] = false
    this.#strand(link, 1 - side)
  }

  /** Puts a frame on its wire, if the other end is there to get it. */
  send(from: SimulatedNode, toPlace: number, frame: Uint8Array): void {
    const link = this.between(from.place, toPlace)
    const side = from.place < toPlace ? 0 : 1
    if (link === null || link.nodes[side] !== from || !link.isOpen[side]) return
    if (link.isOpen[1 - side] && link.nodes[1 - side].isUp) link.wires[side].push(frame)
  }

  /** The frames on a wire; null when nobody would get them. */
  frames(fromPlace: number, toPlace: number): Uint8Array[] | null {
    const link = this.between(fromPlace, toPlace)
    const side = fromPlace < toPlace ? 0 : 1
    return link?.isOpen[1 - side] === true ? link.wires[side] : null
  }

  /** Frames of earlier links that may still come. */
  lateFrames(fromPlace: number, toPlace: number): Uint8Array[] {
    return this.#late[fromPlace * this.#count + toPlace]
  }

  isBlocked(fromPlace: number, toPlace: number): boolean {
    return this.#blocked[fromPlace * this.#count + toPlace] === 1
  }

  block(fromPlace: number, toPlace: number, isBlocked: boolean): void {
    const at = fromPlace * this.#count + toPlace
    if ((this.#blocked[at] === 1) === isBlocked) return
    this.#blocked[at] = isBlocked ? 1 : 0
    this.#blockedCount += isBlocked ? 1 : -1
  }

  /** Collects the wires from which something can be delivered now. O(pairs of nodes). */
  deliverable(wires: Wire[]): Wire[] {
    wires.length = 0
    for (let low = 0; low < this.#count; low++) {
      for (let high = low + 1; high < this.#count; high++) {
        const link = this.#links[low * this.#count + high]
        if (link === null) continue
        const [a, b] = link.nodes
        if (link.wires[0].length > 0 && link.isOpen[1] && b.isUp && !this.isBlocked(low, high)) {
          wires.push({ from: a, to: b, frames: link.wires[0] })
        }
        if (link.wires[1].length > 0 && link.isOpen[0] && a.isUp && !this.isBlocked(high, low)) {
          wires.push({ from: b, to: a, frames: link.wires[1] })
        }
      }
    }
    return wires
  }

  #strand(link: Link, side: number): void {
    const { place: from } = link.nodes[side]
    const { place: to } = link.nodes[1 - side]
    const late = this.lateFrames(from, to)
    late.push(...link.wires[side].splice(0))
    if (late.length > KEPT_LATE) late.splice(0, late.length - KEPT_LATE)
  }
}
