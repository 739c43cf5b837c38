/**
 * Group commit: what happened since the last write goes to the store in one, as soon as that has settled; nobody waits for company. What must
 * not be seen outside before it is on disk is held until then: frames above all, and the acknowledgements in them.
 *
 * A write that fails is the end: whatever happened in memory since the last one that did not was never seen by anybody, and is forgotten
 * with this process. A disk that has refused once cannot be trusted to say what it has (see "fsyncgate": Rebello and others 2020, "Can
 * Applications Recover from fsync Failures?").
 */
import { UsageError } from '@holdfast/core'
import { type Store, StoreError } from '@holdfast/store'
import type { Recorder } from './recorder.js'

export interface CommitterContext {
  readonly store: Store
  readonly recorder: Recorder
  /** Asked before each write, between two turns: an image to put in the place of all entries, or null while they are few. */
  readonly dueImage: (writtenBytes: number) => Uint8Array | null
  /** Right before an entry is cut off: its last operation. */
  readonly seal: () => void
  /** The store failed: nothing more is written, and nothing of what is held goes out. */
  readonly onFailure: (error: StoreError) => void
}

export class Committer {
  readonly #context: CommitterContext
  /** What waits for the next write. */
  #held: HeldAction[] = []
  /** Who waits for it, and how to tell that it failed. */
  #waiting: Waiter[] = []
  /** The write under way, and those that follow it without a break. */
  #pumping: Promise<void> | null = null
  #failure: StoreError | null = null
  #isStopped = false
  #isFinished = false
  /** Of entries, since the last image. */
  #writtenBytes = 0

  constructor(context: CommitterContext) {
    this.#context = context
    context.recorder.onBegun = () => this.#pump()
  }

  get failure(): StoreError | null {
    return this.#failure
  }

  /**
   * Runs an action as soon as all that has happened so far is on disk, in the order of the calls. @param otherwise in its place when the
   * store fails first
   */
  afterCommit(action: () => void, otherwise: () => void = NOTHING): void {
    if (this.#failure !== null) otherwise()
    else if (this.#isFinished) action()
    else this.#held.push({ action, otherwise })
    this.#pump()
  }

  /** Resolves when all that has happened so far is on disk. @throws StoreError `store-failed`; UsageError `closed` */
  committed(): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    if (this.#isStopped) return Promise.reject(new UsageError('closed', 'the node is closed'))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#pump()
    })
  }

  /** Writes what is left, and then nothing more. Never rejects. @param image to be put in the place of everything, where it can be had */
  async stop(image: () => Uint8Array | null): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    await this.#pumping
    if (this.#failure !== null) return
    try {
      const last = image()
      if (last !== null) await this.#context.store.replace(last)
      else if (this.#context.recorder.length > 0) await this.#append()
      this.#isFinished = true
      letGo(this.#take())
    } catch (error) {
      this.#fail(error)
    }
  }

  #pump(): void {
    if (this.#pumping !== null || this.#isStopped || this.#failure !== null) return
    this.#pumping = this.#run()
  }

  async #run(): Promise<void> {
    // Behind the turn under way, and whatever else this macrotask does.
    await new Promise((resolve) => setImmediate(resolve))
    try {
      while (this.#hasWork && !this.#isStopped) await this.#writeOnce()
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#pumping = null
    }
  }

  get #hasWork(): boolean {
    return this.#context.recorder.length + this.#held.length + this.#waiting.length > 0
  }

  async #writeOnce(): Promise<void> {
    const { recorder, store, dueImage } = this.#context
    const image = dueImage(this.#writtenBytes)
    const held = this.#take()
    if (image !== null) {
      // It includes what was recorded.
      recorder.cut()
      this.#writtenBytes = 0
      await this.#guard(held, store.replace(image))
    } else if (recorder.length > 0) await this.#guard(held, this.#append())
    letGo(held)
  }

  /** What is held for a write that fails comes back to what is held. */
  async #guard(held: Held, write: Promise<void>): Promise<void> {
    try {
      await write
    } catch (error) {
      this.#held.unshift(...held.actions)
      this.#waiting.unshift(...held.waiting)
      throw error
    }
  }

  #append(): Promise<void> {
    const { recorder, seal, store } = this.#context
    seal()
    const entry = recorder.cut()
    this.#writtenBytes += entry.length
    return store.append(entry)
  }

  #take(): Held {
    const held = { actions: this.#held, waiting: this.#waiting }
    this.#held = []
    this.#waiting = []
    return held
  }

  #fail(error: unknown): void {
    const failure =
      error instanceof StoreError ? error : new StoreError('store-failed', 'the state cannot be kept', { cause: error })
    this.#failure = failure
    const { actions, waiting } = this.#take()
    for (const { otherwise } of actions) otherwise()
    for (const { reject } of waiting) reject(failure)
    this.#context.onFailure(failure)
  }
}

function letGo({ actions, waiting }: Held): void {
  for (const { action } of actions) action()
  for (const { resolve } of waiting) resolve()
}

const NOTHING = (): void => {}

interface HeldAction {
  readonly action: () => void
  readonly otherwise: () => void
}

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

interface Held {
  readonly actions: readonly HeldAction[]
  readonly waiting: readonly Waiter[]
}
