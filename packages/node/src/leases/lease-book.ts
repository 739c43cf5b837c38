/** Leases on single objects, for programs that want an object to stay for a time whatever happens to its holders. */
import type { Duration, NodeId } from '@holdfast/core'

/** A lease that this node has taken. The object stays where it lives until it ends; it is no reference to it. */
export interface ObjectLease {
  /** The node on which the object lives. */
  readonly owner: NodeId
  /** The owner's number of it. */
  readonly id: number
  /** How long it lasted when this was made, in ms. */
  readonly term: Duration
  [Symbol.asyncDispose](): Promise<void>
}

/** A lease of somebody on an object of this node. */
export interface GrantedLease {
  readonly id: number
  readonly holder: NodeId
  /** How long it lasts from now on, in ms. */
  readonly remaining: Duration
  /** The object. */
  readonly object: object
}

export interface LeaseTerms {
  /** How long it lasts, in ms, unless it is renewed; a day at most. */
  readonly term: Duration
  /** Asked by the owner for more time before the end: answers with ms from now, or with null to let it end. */
  readonly sponsor?: () => Duration | null | PromiseLike<Duration | null>
}

export interface LeaseBookContext {
  /** Calls a method of a node's own service. */
  readonly ask: (node: NodeId, method: string, args: readonly unknown[]) => PromiseLike<unknown>
  /** The node on which an object lives. */
  readonly ownerOf: (object: object) => NodeId
  readonly granted: () => Iterable<GrantedLease>
}

export class LeaseBook {
  readonly #context: LeaseBookContext

  constructor(context: LeaseBookContext) {
    this.#context = context
  }

  /**
   * Keeps an object, of another node or of this, for a time.
   * @returns rejects with UsageError `bad-term`, LimitError `too-many-leases`, or as calls do
   */
  async acquire(object: object, { term, sponsor }: LeaseTerms): Promise<ObjectLease> {
    const { ask, ownerOf } = this.#context
    const owner = ownerOf(object)
    const id = (await ask(owner, 'acquireLease', [object, term, sponsor ?? null])) as number
    return new TakenLease(this, { owner, id, term })
  }

  /** Lets a lease last so long from now on, if that is longer than it lasts anyway. @returns how long it lasts, in ms */
  async renew({ owner, id }: ObjectLease, more: Duration): Promise<Duration> {
    return (await this.#context.ask(owner, 'renewLease', [id, more])) as Duration
  }

  /** Ends a lease. @returns false when it was over */
  async release({ owner, id }: ObjectLease): Promise<boolean> {
    return (await this.#context.ask(owner, 'releaseLease', [id])) as boolean
  }

  /** The live leases on objects of this node. */
  list(): GrantedLease[] {
    return [...this.#context.granted()]
  }
}

class TakenLease implements ObjectLease {
  readonly owner: NodeId
  readonly id: number
  readonly term: Duration
  readonly #book: LeaseBook

  constructor(book: LeaseBook, { owner, id, term }: Pick<ObjectLease, 'owner' | 'id' | 'term'>) {
    this.#book = book
    this.owner = owner
    this.id = id
    this.term = term
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#book.release(this)
  }
}
