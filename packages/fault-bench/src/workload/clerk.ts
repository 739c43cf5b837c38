/** A member's second node, for its business with the durable one: increments that have to be there, and objects that only deposits keep. */
import { type Incarnation, nodeId, type Random } from '@holdfast/core'
import { HeapNode, type IncomingAnswer } from '@holdfast/node'
import { type Link, RealClock } from '@holdfast/transport'
import type { Handle } from 'holdfast'
import type { Attempts } from './attempts.js'
import { log } from './log.js'
import { sayName } from './named-link.js'
import { Spans } from './spans.js'
import { type Lifetime, lifetimeName, tagOf } from './tag.js'
import { type Deposit, fromBytes, toBytes, VAULT, type VaultRequest } from './vault-calls.js'

export interface ClerkOptions {
  readonly name: string
  readonly incarnation: number
  readonly lease: { readonly term: number; readonly drift: number }
  readonly random: Random
  readonly attempts: Attempts
  /** Opens a link to the durable node. */
  readonly open: () => Promise<Link>
}

interface AskOptions {
  readonly references?: readonly Handle[]
  readonly onAnswer?: (answer: IncomingAnswer) => void
  /** The node itself when left out. */
  readonly target?: Handle
}

interface Kept {
  readonly handle: Handle
  /** The deposit, when it is known to be there. */
  keeper: Handle | null
  /** Whether this node's program holds the deposit itself, and not its object alone. */
  isHeld: boolean
  isForgotten: boolean
}

const MAX_DEPOSITS = 12
const PACE_MS = 40
const MAX_OPEN = 12

export class Clerk {
  readonly node: HeapNode
  readonly lifetime: Lifetime
  readonly #options: ClerkOptions
  readonly #deposits = new Map<number, Kept>()
  readonly #acknowledged = new Spans()
  #added = 0
  #put = 0
  #timer: NodeJS.Timeout | null = null

  constructor(options: ClerkOptions) {
    const { name, incarnation, lease, open } = options
    this.#options = options
    this.lifetime = lifetimeName(name, incarnation)
    this.node = new HeapNode({
      node: nodeId(name),
      incarnation: incarnation as Incarnation,
      clock: new RealClock(),
      collector: { lease, trusts: (peer) => peer === VAULT },
      onEffect: (effect) => {
        if (!/^(session|expired|refused|alarm)/.test(effect.type)) return
        log(name, effect.type, 'reason' in effect ? effect.reason : '')
      },
      connect: () => {
        // It asks again.
        open().then(
          (link) => sayName(link, name, (named) => this.node.addLink(nodeId(VAULT), named)),
          () => {},
        )
      },
    })
  }

  get acknowledged(): Spans {
    return this.#acknowledged
  }

  begin(): void {
    this.#timer ??= setInterval(() => {
      if (this.#options.attempts.open < MAX_OPEN) void this.#act()
    }, PACE_MS)
  }

  pause(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  /**
   * Sees whether everything is there that the durable node keeps, and forgets what it is not sure of.
   * @returns which deposits there are then; null when the network was in the way
   */
  async takeStock(): Promise<number[] | null> {
    for (;;) {
      const listed = await this.#list()
      if (listed === null) return null
      const unsure: number[] = []
      for (const number of listed) {
        const kept = this.#deposits.get(number)
        if (kept === undefined || !this.node.heap.resolves(kept.handle)) {
          const tag = tagOf(this.lifetime, number)
          this.#options.attempts.wrong('deposit', [tag], 'was freed, though the durable node holds it')
        } else if (kept.keeper === null) unsure.push(number)
      }
      for (const number of this.#deposits.keys()) if (!listed.includes(number)) this.#remove(number)
      if (unsure.length === 0) return listed
      for (const number of unsure) await this.#forget(number)
    }
  }

  #act(): Promise<unknown> {
    const { random } = this.#options
    const drawn = random.fraction()
    if (drawn < 0.5) return this.#add()
    const kept = [...this.#deposits].filter(([, { keeper, isForgotten }]) => keeper !== null && !isForgotten)
    if (kept.length === 0 || (drawn < 0.75 && kept.length < MAX_DEPOSITS)) return this.#deposit()
    const [number, { keeper, isHeld }] = random.pick(kept)
    return drawn < 0.9 && isHeld && keeper !== null ? this.#visit(number, keeper) : this.#forget(number)
  }

  async #add(): Promise<void> {
    const number = ++this.#added
    const answer = await this.#ask({ type: 'add', from: this.lifetime, number })
    if (answer !== null) this.#acknowledged.add(number)
  }

  /** The object is kept by the deposit alone, and refers to it: mostly a cycle between a process that dies and one that comes back. */
  async #deposit(): Promise<void> {
    const { heap } = this.node
    const number = ++this.#put
    const handle = heap.create(number)
    const kept: Kept = { handle, keeper: null, isHeld: false, isForgotten: false }
    this.#deposits.set(number, kept)
    const onAnswer = ({ references: [keeper] }: IncomingAnswer): void => {
      if (keeper === null || keeper === undefined) return
      heap.addReference(handle, keeper)
      kept.keeper = keeper
      kept.isHeld = this.#options.random.chance(0.3)
      if (kept.isHeld) heap.pin(keeper)
    }
    await this.#ask({ type: 'put', from: this.lifetime, number }, { references: [handle], onAnswer })
    heap.unpin(handle)
  }

  async #visit(number: number, keeper: Handle): Promise<void> {
    const { attempts } = this.#options
    const answer = await this.#ask({ type: 'tell' }, { target: keeper })
    if (answer === null || this.#deposits.get(number)?.isForgotten !== false) return
    const { from, number: found } = answer as Deposit
    if (from !== this.lifetime || found !== number) {
      attempts.wrong('visit', [tagOf(this.lifetime, number)], `is ${JSON.stringify(answer)}`)
    }
  }

  async #forget(number: number): Promise<void> {
    const kept = this.#deposits.get(number)
    if (kept !== undefined) kept.isForgotten = true
    const answer = await this.#ask({ type: 'forget', from: this.lifetime, number })
    if (answer !== null) this.#remove(number)
  }

  #remove(number: number): void {
    const kept = this.#deposits.get(number)
    this.#deposits.delete(number)
    if (kept?.isHeld === true && kept.keeper !== null) this.node.heap.unpin(kept.keeper)
  }

  async #list(): Promise<number[] | null> {
    return (await this.#ask({ type: 'list', from: this.lifetime })) as number[] | null
  }

  /** @returns what was answered; null when there was no answer, or an empty one: its handler was gone with its process */
  async #ask(request: VaultRequest, { references = [], onAnswer, target }: AskOptions = {}): Promise<unknown> {
    const answered = await this.#options.attempts.run(`vault ${request.type}`, [], () => {
      return new Promise<unknown>((resolve) => {
        const to = target === undefined ? { node: nodeId(VAULT) } : { target }
        this.node.call({ to, references, payload: toBytes(request) }, (answer) => {
          if (answer === null || answer.payload.length === 0) {
            resolve(null)
            return
          }
          onAnswer?.(answer)
          resolve(fromBytes(answer.payload))
        })
      })
    })
    return answered ?? null
  }
}
