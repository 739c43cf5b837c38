/**
 * The owner's memory of gifts: which have been claimed, so that none is claimed twice, and so that a gift upon another is judged by
 * whether that one has been claimed yet.
 *
 * A gifter numbers its gifts in order, its session with a receiver keeps that order, and so does the receiver's with the owner. So what
 * a receiver has claimed of a gifter in one session with the owner is a *run* of numbers: all between its first and its last that were
 * meant for the two have come. Those between two runs may have been lost with a session. When a run is so old that nothing from
 * before it can be under way any more, its last number becomes the gifter's *floor*: whatever is not above that is over.
 */
import { addressKey, after, type Duration, type GiftId, type Instant, type NodeAddress } from '@holdfast/core'

/** Who claims what. */
export interface GiftClaim {
  readonly gifter: NodeAddress
  readonly receiver: NodeAddress
  readonly gift: GiftId
}

/** What `ClaimedGifts.claimed` has to know besides. */
export interface ClaimContext {
  /** The number of the receiver's session with the owner. */
  readonly session: number
  readonly now: Instant
  /** How long a gift may be under way. */
  readonly memory: Duration
  /** Whether the owner knows the gifter, and will say when it forgets it. */
  readonly isKnown: boolean
}

interface Run {
  readonly session: number
  readonly first: GiftId
  last: GiftId
  /** When its last was claimed. */
  at: Instant
}

/** By receiver, whose latest claim is the oldest in front. */
type Runs = Map<string, Run[]>

/** Of `ClaimedGifts`, see `image`. */
export interface ClaimedGiftsImage {
  readonly recent: ReadonlyMap<string, ReadonlyMap<string, readonly Readonly<Run>[]>>
  readonly floors: ReadonlyMap<string, number>
  readonly strangers: ReadonlySet<string>
}

/** Of so many gifters that the owner does not know there is a memory. To forget one allows that it gives the same once more. */
const MAX_STRANGERS = 1024

export class ClaimedGifts {
  /** By gifter, whose latest claim is the oldest in front. */
  readonly #recent = new Map<string, Runs>()
  /** Of gifters that the owner knows. */
  readonly #floors = new Map<string, number>()
  /** Gifters that it does not know: they gave what they had not claimed yet. In the order in which they came up. */
  readonly #strangers = new Set<string>()

  /** How many pairs of a gifter and a receiver are remembered one by one. O(gifters). */
  get pairCount(): number {
    let count = 0
    for (const runs of this.#recent.values()) count += runs.size
    return count
  }

  /** How many gifters are remembered by their floor. */
  get floorCount(): number {
    return this.#floors.size
  }

  /** Whether a gift may be claimed: no later one was by this receiver, and it is not over. O(1). */
  isOpen({ gifter, receiver, gift }: GiftClaim): boolean {
    const key = addressKey(gifter)
    const last = this.#recent.get(key)?.get(addressKey(receiver))?.at(-1)?.last ?? 0
    return gift > last && gift > this.#floorOf(key)
  }

  /** Whether the claim of a gift has come, or can't come any more. O(sessions of the receiver within the memory). */
  isSettled({ gifter, receiver, gift }: GiftClaim): boolean {
    const key = addressKey(gifter)
    if (gift <= this.#floorOf(key)) return true
    const runs = this.#recent.get(key)?.get(addressKey(receiver)) ?? []
    return runs.some(({ first, last }) => first <= gift && gift <= last)
  }

  /** A gift that was open is claimed. Amortized O(1). */
  claimed(claim: GiftClaim, { session, now, memory, isKnown }: ClaimContext): void {
    const key = addressKey(claim.gifter)
    const receiver = addressKey(claim.receiver)
    const recent = this.#recent.get(key) ?? new Map<string, Run[]>()
    const runs = recent.get(receiver) ?? []
    moveLast(this.#recent, key, recent)
    moveLast(recent, receiver, runs)
    const last = runs.at(-1)
    if (last?.session === session) {
      last.last = claim.gift
      last.at = now
    } else runs.push({ session, first: claim.gift, last: claim.gift, at: now })
    if (isKnown) this.#strangers.delete(key)
    else this.#strange(key)
    this.#fold(key, recent, after(now, -memory))
    this.age(now, memory)
  }

  /** Its gifter says that these are so old that neither of them nor of earlier ones anything can be under way. O(gifts). */
  over(gifter: NodeAddress, gifts: readonly GiftId[]): void {
    for (const gift of gifts) this.#raise(addressKey(gifter), gift)
  }

  /** What is older than the memory is remembered by floors alone. Amortized O(1). */
  age(now: Instant, memory: Duration): void {
    const before = after(now, -memory)
    for (const [key, recent] of this.#recent) {
      this.#fold(key, recent, before)
      // Whoever is behind has claimed later.
      if (recent.size > 0) return
      this.#recent.delete(key)
      this.#strangers.delete(key)
    }
  }

  /** The owner has forgotten a gifter, and whatever that proved gifts with. O(1). */
  forget(gifter: NodeAddress): void {
    const key = addressKey(gifter)
    this.#recent.delete(key)
    this.#floors.delete(key)
    this.#strangers.delete(key)
  }

  #floorOf(key: string): number {
    return this.#floors.get(key) ?? 0
  }

  #raise(key: string, floor: number): void {
    if (floor > this.#floorOf(key) && !this.#strangers.has(key)) this.#floors.set(key, floor)
  }

  #strange(key: string): void {
    this.#strangers.add(key)
    if (this.#strangers.size <= MAX_STRANGERS) return
    const [oldest] = this.#strangers
    this.#strangers.delete(oldest)
    this.#recent.delete(oldest)
  }

  #fold(key: string, recent: Runs, before: Instant): void {
    for (const [receiver, runs] of recent) {
      while (runs.length > 0 && runs[0].at <= before) this.#raise(key, (runs.shift() as Run).last)
      if (runs.length > 0) return
      recent.delete(receiver)
    }
  }

  /** This memory as data. */
  image(): ClaimedGiftsImage {
    return { recent: this.#recent, floors: this.#floors, strangers: this.#strangers }
  }

  /** Becomes the memory that an image is of. Only for an empty one. */
  restore({ recent, floors, strangers }: ClaimedGiftsImage): void {
    for (const [gifter, receivers] of recent) {
      const copied = Array.from(receivers, ([key, runs]): [string, Run[]] => [key, runs.map((run) => ({ ...run }))])
      this.#recent.set(gifter, new Map(copied))
    }
    for (const [gifter, floor] of floors) this.#floors.set(gifter, floor)
    for (const gifter of strangers) this.#strangers.add(gifter)
  }
}

function moveLast<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
}
