/**
 * Looks at a cluster that is whole again, from outside: everything that somebody holds is there and is what it should be, nothing else is,
 * and what was acknowledged has happened, once.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { TableSizes } from '@holdfast/collector'
import type { Notes } from '../workload/desk.js'
import { type SpanData, Spans } from '../workload/spans.js'
import type { Lifetime, Tag } from '../workload/tag.js'
import { clerkOf } from '../workload/vault-books.js'
import { type Deposit, type LedgerBody, VAULT } from '../workload/vault-calls.js'
import type { Walked } from '../workload/walk.js'
import type { Cluster } from './cluster.js'
import type { Findings } from './findings.js'
import { type Expected, expectedOf } from './picture.js'

export interface CheckOptions {
  readonly cluster: Cluster
  readonly findings: Findings
  readonly term: number
  /** How long what is left of killed processes is kept, ms. */
  readonly quarantine: number
  readonly signal: AbortSignal
}

interface MemberState {
  readonly living: readonly Tag[]
  readonly tables: TableSizes
  readonly pendingCalls: number
  readonly clerkTables: TableSizes
  readonly clerkObjects: number
  readonly peers: readonly string[]
  readonly succeeded: number
  readonly failed: number
}

interface VaultState {
  readonly tables: TableSizes
  readonly objects: number
  readonly ledgers: number
  readonly deposits: readonly Deposit[]
}

interface Ledgers {
  readonly notes: Readonly<Record<Lifetime, Notes>>
  readonly acknowledged: Readonly<Record<Lifetime, SpanData>>
  readonly added: SpanData
}

/** What has to be where. */
interface Wanted {
  readonly expected: ReadonlyMap<Lifetime, Expected>
  /** How many deposits each member has. */
  readonly stock: ReadonlyMap<string, number>
}

export interface CheckOutcome {
  /** Objects that somebody holds, deposits included. */
  readonly living: number
  /** References across borders. */
  readonly references: number
  /** Since each member's process has begun. */
  readonly calls: { readonly succeeded: number; readonly failed: number }
  readonly tookMs: number
}

const NO_NOTES: Notes = { noted: [], odd: [] }
const NO_LEDGER: LedgerBody = { added: [], odd: [] }

/** What a busy machine may take for anything, ms. */
const PATIENCE_MS = 20_000

export class Check {
  readonly #options: CheckOptions

  constructor(options: CheckOptions) {
    this.#options = options
  }

  /** @returns null when it was found that something is wrong, or when it was told to stop */
  async run(): Promise<CheckOutcome | null> {
    const begunAt = performance.now()
    const { cluster, term, findings } = this.#options
    const before = findings.all.length
    await cluster.pause()
    const { live } = cluster
    const settled = await this.#eventually(PATIENCE_MS + term * 10, async () => {
      const open = await cluster.each<number>('open')
      return describe(
        [...open].filter(([, count]) => count > 0).map(([name, count]) => `${name} has ${count} calls open`),
      )
    })
    if (settled !== null) findings.add('hangs', `the network is whole, and ${settled}`)
    await cluster.each('prune', live)
    const met = await this.#eventually(PATIENCE_MS + term * 15, async () => {
      const greeted = await cluster.each<boolean>('greet', live)
      return describe([...greeted].filter(([, isMet]) => !isMet).map(([name]) => `${name} does not reach all others`))
    })
    if (met !== null) findings.add('failed', `the network is whole, and ${met}`)
    if (findings.all.length > before || this.#options.signal.aborted) return null
    const stock = await this.#takeStock()
    const walks = await this.#walk(live)
    await this.#compareLedgers(live)
    if (stock === null || walks === null || findings.all.length > before) return null
    const outcome = await this.#compareTables(expectedOf(walks), stock)
    if (outcome === null) return null
    return { ...outcome, tookMs: performance.now() - begunAt }
  }

  /** The deposits of each member. */
  async #takeStock(): Promise<Map<string, number> | null> {
    const { cluster, findings } = this.#options
    const found = new Map<string, number>()
    const failed = await this.#eventually(PATIENCE_MS, async () => {
      const stocks = await cluster.each<number[] | null>('takeStock')
      for (const [name, stock] of stocks) if (stock !== null) found.set(name, stock.length)
      return describe(
        [...stocks].filter(([, stock]) => stock === null).map(([name]) => `${name} does not reach the durable node`),
      )
    })
    if (failed !== null) findings.add('failed', `the network is whole, and ${failed}`)
    await cluster.do(
      VAULT,
      'purge',
      cluster.members.map((name) => this.#clerkLifetime(name)),
    )
    return failed === null ? found : null
  }

  async #walk(live: readonly Lifetime[]): Promise<Map<Lifetime, Walked> | null> {
    const { cluster, findings } = this.#options
    let walks = new Map<Lifetime, Walked>()
    const failed = await this.#eventually(PATIENCE_MS, async () => {
      const walked = await cluster.each<Walked>('walk', live)
      walks = new Map([...walked].map(([name, each]) => [cluster.lifetimeOf(name), each]))
      return describe(
        [...walked].filter(([, { isWhole }]) => !isWhole).map(([name]) => `${name} does not reach what it holds`),
      )
    })
    if (failed !== null) findings.add('failed', `the network is whole, and ${failed}`)
    return failed === null ? walks : null
  }

  /** What was acknowledged has happened, what has happened has happened once and in order. */
  async #compareLedgers(live: readonly Lifetime[]): Promise<void> {
    const { cluster, findings } = this.#options
    const ledgers = await cluster.each<Ledgers>('ledgers')
    const vault = (await cluster.do(VAULT, 'ledgers')) as Readonly<Record<Lifetime, LedgerBody>>
    for (const [from, { acknowledged, added }] of ledgers) {
      const sender = cluster.lifetimeOf(from)
      for (const [to, { notes }] of ledgers) {
        const receiver = cluster.lifetimeOf(to)
        if (!live.includes(sender) || !live.includes(receiver)) continue
        const { noted, odd } = notes[sender] ?? NO_NOTES
        const missing = new Spans(noted).missing(acknowledged[receiver] ?? [])
        if (missing.length > 0)
          findings.add('lost', `${receiver} has acknowledged calls of ${sender} and not had them: ${missing.join()}`)
        if (odd.length > 0)
          findings.add(
            'twice',
            `${receiver} has had calls of ${sender} twice or out of order: ${odd.slice(0, 5).join()}`,
          )
      }
      const clerk = this.#clerkLifetime(from)
      const { added: kept, odd } = vault[clerk] ?? NO_LEDGER
      const missing = new Spans(kept).missing(added)
      if (missing.length > 0)
        findings.add(
          'lost',
          `the durable node has acknowledged increments of ${clerk} and lost them: ${missing.join()}`,
        )
      if (odd.length > 0)
        findings.add(
          'twice',
          `the durable node has had increments of ${clerk} twice or out of order: ${odd.slice(0, 5).join()}`,
        )
    }
  }

  async #compareTables(
    expected: ReadonlyMap<Lifetime, Expected>,
    stock: ReadonlyMap<string, number>,
  ): Promise<Omit<CheckOutcome, 'tookMs'> | null> {
    const { cluster, findings, term, quarantine } = this.#options
    let states = new Map<string, MemberState>()
    const left = await this.#eventually(quarantine + term * 10 + PATIENCE_MS, async () => {
      await cluster.each('collectGarbage')
      await cluster.do(VAULT, 'collectGarbage')
      await cluster.do([...cluster.members].sort()[0], 'collect')
      states = await cluster.each<MemberState>('state')
      const vault = (await cluster.do(VAULT, 'state')) as VaultState
      const lines = [...states].flatMap(([name, state]) => this.#compareMember(name, state, { expected, stock }))
      return describe([...lines, ...this.#compareVault(vault, stock)])
    })
    if (left !== null) findings.add('leak', `the network is whole and all is quiet, and ${left}`)
    if (left !== null) return null
    const all = [...states.values()]
    const sum = (of: (state: MemberState) => number): number => all.reduce((total, state) => total + of(state), 0)
    const deposits = [...stock.values()].reduce((total, count) => total + count, 0)
    return {
      living: sum(({ living }) => living.length) + 2 * deposits,
      references: sum(({ tables }) => tables.imports) + 2 * deposits,
      calls: { succeeded: sum(({ succeeded }) => succeeded), failed: sum(({ failed }) => failed) },
    }
  }

  #compareMember(
    name: string,
    { living, tables, pendingCalls, clerkTables, clerkObjects }: MemberState,
    { expected, stock }: Wanted,
  ): string[] {
    const { findings, cluster } = this.#options
    const wanted = expected.get(cluster.lifetimeOf(name))
    if (wanted === undefined) return [`${name} was not asked`]
    const missing = wanted.living.filter((tag) => !living.includes(tag))
    if (missing.length > 0) findings.add('premature', `${missing.join()} are held, and are gone from ${name}`)
    const garbage = living.filter((tag) => !wanted.living.includes(tag))
    const deposits = stock.get(name) ?? 0
    return [
      ...(garbage.length > 0
        ? [`${name} has ${garbage.length} objects that nobody holds: ${garbage.slice(0, 5).join()}`]
        : []),
      ...differences(name, tables, { exports: wanted.exports, imports: wanted.imports }),
      ...differences(clerkOf(name), clerkTables, { exports: deposits, imports: deposits }),
      ...(clerkObjects === deposits ? [] : [`${clerkOf(name)} has ${clerkObjects} objects, not ${deposits}`]),
      ...(pendingCalls === 0 ? [] : [`${name} has ${pendingCalls} calls pending`]),
    ]
  }

  #compareVault({ tables, objects, ledgers, deposits }: VaultState, stock: ReadonlyMap<string, number>): string[] {
    const sum = [...stock.values()].reduce((total, count) => total + count, 0)
    const wanted = 1 + ledgers + sum
    return [
      ...(deposits.length === sum ? [] : [`the durable node has ${deposits.length} deposits, not ${sum}`]),
      ...differences('the durable node', tables, { exports: sum, imports: sum }),
      ...(objects === wanted ? [] : [`the durable node has ${objects} objects, not ${wanted}`]),
    ]
  }

  /** @returns null as soon as nothing is amiss; what is, when the time is over */
  async #eventually(patience: number, amiss: () => Promise<string | null>): Promise<string | null> {
    const { signal, findings } = this.#options
    const begunAt = performance.now()
    const before = findings.all.length
    for (;;) {
      // What a process is asked may wait for a call of its own, which may hang.
      const what = await Promise.race([
        amiss(),
        sleep(patience + PATIENCE_MS, 'a process does not answer', { ref: false }),
      ])
      if (what === null || signal.aborted) return null
      // Something worse is known by now.
      if (findings.all.length > before || performance.now() - begunAt > patience) return what
      await sleep(100)
    }
  }

  #clerkLifetime(name: string): Lifetime {
    const { cluster } = this.#options
    return `${clerkOf(name)}${cluster.lifetimeOf(name).slice(name.length)}`
  }
}

const describe = (lines: readonly string[]): string | null =>
  lines.length === 0 ? null : lines.slice(0, 12).join('; ')

function differences(name: string, tables: TableSizes, wanted: Pick<TableSizes, 'exports' | 'imports'>): string[] {
  const all: TableSizes = { ...wanted, pins: 0, quarantined: 0, claims: 0, unvouched: 0, suspended: 0 }
  return (Object.keys(all) as (keyof TableSizes)[]).flatMap((table) =>
    tables[table] === all[table] ? [] : [`${name} has ${tables[table]} ${table}, not ${all[table]}`],
  )
}
