/** What each member publishes: it takes what others give, gives something back, and notes what it was told, to be counted afterwards. */
import { byReference } from 'holdfast'
import type { Hand } from './hand.js'
import { type SpanData, Spans } from './spans.js'
import type { Lifetime, Tag } from './tag.js'
import type { Reference } from './things.js'

export interface Desk {
  /** Of the member that it belongs to. */
  readonly lifetime: Lifetime
  receive(ref: Reference, tag: Tag): void
  /** The name of something that may be asked for. */
  offer(): Tag | null
  /** @returns null when it is not there any more */
  give(tag: Tag): Reference | null
  /** Called with 1, 2, 3 ... by each lifetime of each member. */
  note(from: Lifetime, number: number): void
}

/** What one lifetime has told. */
export interface Notes {
  readonly noted: SpanData
  /** Those that came twice, or after a later one. */
  readonly odd: readonly number[]
}

export class Desks {
  readonly desk: Desk
  readonly #noted = new Map<Lifetime, { readonly noted: Spans; readonly odd: number[] }>()

  constructor(lifetime: Lifetime, hand: Hand, receive: Desk['receive']) {
    this.desk = byReference({
      lifetime,
      receive,
      offer: () => hand.pick()?.tag ?? null,
      give: (tag: Tag) => hand.pick((held) => held.tag === tag)?.ref ?? null,
      note: (from: Lifetime, number: number) => this.#note(from, number),
    })
  }

  /** By whom. */
  get notes(): Record<Lifetime, Notes> {
    return Object.fromEntries([...this.#noted].map(([from, { noted, odd }]) => [from, { noted: noted.toJSON(), odd }]))
  }

  /** Who is dead tells nothing more, and nobody asks what it has told. */
  forget(isAlive: (lifetime: Lifetime) => boolean): void {
    for (const from of this.#noted.keys()) if (!isAlive(from)) this.#noted.delete(from)
  }

  #note(from: Lifetime, number: number): void {
    const known = this.#noted.get(from) ?? { noted: new Spans(), odd: [] }
    this.#noted.set(from, known)
    if (number <= known.noted.last) known.odd.push(number)
    known.noted.add(number)
  }
}
