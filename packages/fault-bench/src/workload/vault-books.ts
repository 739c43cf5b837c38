/** What the durable node keeps: increments by lifetime, in the bodies of objects, and deposits that refer to objects of others. */
import type { Answer, IncomingCall } from '@holdfast/node'
import type { DurableHeapNode } from '@holdfast/node/durable'
import type { Handle } from 'holdfast'
import type { Flaw } from './flaw.js'
import { Spans } from './spans.js'
import type { Lifetime } from './tag.js'
import { type Deposit, fromBytes, type LedgerBody, toBytes, type VaultRequest } from './vault-calls.js'

const ALL = 'deposits'
const LEDGER = 'ledger '
const REFUSED: Answer = { references: [], payload: new Uint8Array(0) }
const said = (value: unknown, references: readonly Handle[] = []): Answer => ({ references, payload: toBytes(value) })

export class VaultBooks {
  readonly #node: DurableHeapNode
  readonly #flaw: Flaw | null
  #isSweeping = false

  constructor(node: DurableHeapNode, flaw: Flaw | null) {
    this.#node = node
    this.#flaw = flaw
  }

  get ledgers(): Record<Lifetime, LedgerBody> {
    const { heap } = this.#node
    const names = heap.rootNames.filter((name) => name.startsWith(LEDGER))
    return Object.fromEntries(names.map((name) => [name.slice(LEDGER.length), this.#ledger(heap.root(name) as Handle)]))
  }

  get ledgerCount(): number {
    return this.#node.heap.rootNames.filter((name) => name.startsWith(LEDGER)).length
  }

  get deposits(): Deposit[] {
    return [...this.#deposits()].map(([deposit]) => deposit)
  }

  answer({ target, references, payload }: IncomingCall): Answer {
    const request = fromBytes(payload) as VaultRequest
    switch (request.type) {
      case 'add':
        return this.#add(request.from, request.number)
      case 'put':
        return this.#put(request, references[0] ?? null)
      case 'forget':
        return said(this.#forget((deposit) => deposit.from === request.from && deposit.number === request.number))
      case 'list':
        return said(this.deposits.filter(({ from }) => from === request.from).map(({ number }) => number))
      case 'tell':
        return target === null ? REFUSED : said(this.#deposit(target))
    }
  }

  /** Lets go of whatever belongs to lifetimes that are over. */
  purge(live: ReadonlySet<Lifetime>): number {
    const { heap } = this.#node
    for (const name of heap.rootNames) {
      if (name.startsWith(LEDGER) && !live.has(name.slice(LEDGER.length))) heap.clearRoot(name)
    }
    return this.#forget(({ from }) => !live.has(from))
  }

  #add(from: Lifetime, number: number): Answer {
    const { heap } = this.#node
    if (this.#flaw === 'forget' && number % 20 === 19) return said('added')
    let handle = heap.root(`${LEDGER}${from}`)
    if (handle === undefined) {
      handle = heap.create(toBytes({ added: [], odd: [] } satisfies LedgerBody))
      heap.setRoot(`${LEDGER}${from}`, handle)
      heap.unpin(handle)
    }
    const { added, odd } = this.#ledger(handle)
    const spans = new Spans(added)
    const isOdd = number <= spans.last
    spans.add(number)
    heap.setBody(handle, toBytes({ added: spans, odd: isOdd ? [...odd, number] : odd }))
    return said('added')
  }

  #put({ from, number }: Deposit, object: Handle | null): Answer {
    if (object === null) return REFUSED
    const { heap } = this.#node
    const deposit = heap.create(toBytes({ from, number } satisfies Deposit))
    heap.addReference(deposit, object)
    heap.addReference(this.#all, deposit)
    queueMicrotask(() => heap.unpin(deposit))
    return said('kept', [deposit])
  }

  #forget(matches: (deposit: Deposit) => boolean): number {
    const { heap } = this.#node
    const found = [...this.#deposits()].filter(([deposit]) => matches(deposit))
    for (const [, handle] of found) heap.removeReference(this.#all, handle)
    if (found.length > 0 && !this.#isSweeping) {
      this.#isSweeping = true
      setImmediate(() => {
        this.#isSweeping = false
        this.#node.collectLocally()
      })
    }
    return found.length
  }

  get #all(): Handle {
    const { heap } = this.#node
    const found = heap.root(ALL)
    if (found !== undefined) return found
    const all = heap.create()
    heap.setRoot(ALL, all)
    heap.unpin(all)
    return all
  }

  *#deposits(): Generator<readonly [Deposit, Handle]> {
    for (const handle of this.#node.heap.referencesOf(this.#all)) yield [this.#deposit(handle), handle]
  }

  #deposit(handle: Handle): Deposit {
    return fromBytes(this.#node.heap.bodyOf(handle) as Uint8Array) as Deposit
  }

  #ledger(handle: Handle): LedgerBody {
    return fromBytes(this.#node.heap.bodyOf(handle) as Uint8Array) as LedgerBody
  }
}

export const clerkOf = (member: string): string => `${member}-clerk`
