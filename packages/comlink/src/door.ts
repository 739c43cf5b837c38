/** What `wrap` returns, from behind: a remote object that may still have to arrive. Uses wait for that, and keep their order. */
import { DisposedError, futureOf } from '@holdfast/node'
import { viewOf } from './view-of.js'

/** How many doors lead to a remote object: the last that is released disposes of it. */
const doorsTo = new WeakMap<object, number>()

export interface DoorContext {
  /** Gives a port at which the object can be wrapped again. */
  readonly createEndpoint: (remote: object) => unknown
  /** The program has let go of an object that had arrived. */
  readonly onReleased: () => void
}

export class Door implements Disposable {
  #remote: object | null = null
  #view: object | null = null
  #isReleased = false
  #arriving: Promise<object>
  readonly #context: DoorContext

  constructor(arriving: Promise<object>, context: DoorContext) {
    this.#context = context
    // The first to hear of the arrival: uses that come later do not overtake those that wait.
    this.#arriving = arriving.then((object) => this.#arrived(object))
    // Each use hears of it.
    this.#arriving.catch(() => {})
  }

  /** The remote object, if it is there. */
  get remote(): object | null {
    return this.#remote
  }

  /** Another proxy of it, which says of itself that it is one: who has it in hand can pass the object on. */
  get view(): object | null {
    return this.#view
  }

  /** The remote object; rejects if it does not come, or was let go of. */
  get arriving(): Promise<object> {
    return this.#arriving
  }

  /** Does something with the remote object, now or when it is there. @returns what that comes to */
  use(action: (remote: object) => unknown): unknown {
    if (this.#remote !== null) return action(this.#remote)
    return futureOf(this.#arriving.then(action))
  }

  createEndpoint(): unknown {
    return this.use((remote) => this.#context.createEndpoint(remote))
  }

  /** Lets go of it. Idempotent. */
  [Symbol.dispose](): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#arriving = Promise.reject(new DisposedError())
    this.#arriving.catch(() => {})
    const remote = this.#remote
    this.#remote = null
    this.#view = null
    if (remote !== null) this.#close(remote)
  }

  #arrived(object: object): object {
    const view = viewOf(object)
    // An object of this thread that has come home is used as if it were far.
    if (view === null) return object
    doorsTo.set(object, (doorsTo.get(object) ?? 0) + 1)
    if (this.#isReleased) this.#close(object)
    else {
      this.#remote = object
      this.#view = view
    }
    return object
  }

  #close(remote: object): void {
    const others = (doorsTo.get(remote) ?? 1) - 1
    doorsTo.set(remote, others)
    if (others === 0) (remote as Partial<Disposable>)[Symbol.dispose]?.()
    this.#context.onReleased()
  }
}
