/**
 * What a durable node has on disk: every event of its collector with its time, and everything that the collector asked of its driver
 * meanwhile (bytes for messages, whom it trusts, what its heap found). A machine that decides without clock and chance is, with the
 * same events and answers, the same machine: so what was committed comes back by stepping through it once more.
 *
 * Invariant: outside `recover`, the collector's state is what the journal leads to, as soon as a turn is appended or rolled back.
 * Source: state machine replication, Schneider 1990, "Implementing Fault-Tolerant Services Using the State Machine Approach".
 */
import type { Collector, CollectorEvent, CollectorImage } from '@holdfast/collector'
import { type Column, type ImportId, type Instant, InvariantError, type ObjectKey } from '@holdfast/core'

type LocalTrace = Extract<CollectorEvent, { type: 'report' }>['trace']

/** A turn, or what a driver does to the collector besides. */
type Entry = { readonly event: CollectorEvent; readonly now: Instant } | { readonly rebound: ImportId }

export class Journal {
  /** What the entries lead on from: an image of the collector, or its beginning. */
  #image: CollectorImage | null = null
  readonly #entries: Entry[] = []
  readonly #answers: unknown[] = []
  /** The next answer to give again; null while answers are taken down. */
  #next: number | null = null

  get isReplaying(): boolean {
    return this.#next !== null
  }

  /** How many answers there are: where to roll back to. */
  get mark(): number {
    return this.#answers.length
  }

  /** What the collector is told by its driver: now, or what it was told at this place before. */
  answer<Answer>(ask: () => Answer): Answer {
    if (this.#next === null) {
      const answer = ask()
      this.#answers.push(answer)
      return answer
    }
    if (this.#next === this.#answers.length) throw new InvariantError('the same events ask for more', {})
    return this.#answers[this.#next++] as Answer
  }

  /** A turn that is to last. */
  append(event: CollectorEvent, now: Instant): void {
    this.#entries.push({ event, now })
  }

  rebound(id: ImportId): void {
    this.#entries.push({ rebound: id })
  }

  /** The turn under way has not happened. */
  rollBack(mark: number): void {
    this.#answers.length = mark
  }

  /** An event as it is kept: a trace is of a heap that moves on. */
  kept(event: CollectorEvent): CollectorEvent {
    return event.type === 'report' ? { ...event, trace: new KeptTrace(this, event.trace) } : event
  }

  /**
   * Leads a new collector to what was committed, then makes another of its image, as a node does that starts again: what is soft is gone.
   * From there the journal goes on. O(turns since the last time).
   */
  recover(create: () => Collector): Collector {
    this.#image = imageOf(this.#replay(create))
    this.#entries.length = 0
    this.#answers.length = 0
    const collector = create()
    collector.restore(this.#image)
    return collector
  }

  #replay(create: () => Collector): Collector {
    this.#next = 0
    try {
      const collector = create()
      if (this.#image !== null) collector.restore(this.#image)
      for (const entry of this.#entries) {
        if ('event' in entry) collector.step(entry.event, entry.now)
        else collector.rebind(entry.rebound)
      }
      if (this.#next < this.#answers.length) throw new InvariantError('the same events ask for less', {})
      return collector
    } finally {
      this.#next = null
    }
  }
}

/** A copy: an image is of views. */
function imageOf(collector: Collector): CollectorImage {
  return structuredClone(collector.image())
}

/** A trace whose answers are in the journal. */
class KeptTrace implements LocalTrace {
  readonly #journal: Journal
  readonly #trace: LocalTrace

  constructor(journal: Journal, trace: LocalTrace) {
    this.#journal = journal
    this.#trace = trace
  }

  reachesObject(object: ObjectKey): boolean {
    return this.#journal.answer(() => this.#trace.reachesObject(object))
  }

  reachesImport(id: ImportId): boolean {
    return this.#journal.answer(() => this.#trace.reachesImport(id))
  }

  root(objects: Iterable<ObjectKey>): void {
    this.#journal.answer(() => this.#trace.root(objects))
  }

  suspectReferences(exports: Column, imports: Column): ReturnType<LocalTrace['suspectReferences']> {
    return this.#journal.answer(() => this.#trace.suspectReferences(exports, imports))
  }
}
