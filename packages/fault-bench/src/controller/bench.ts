/** A whole run: processes under load, faults, then everything is whole again and looked at; and so on until the time is over. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MAX_GIFT_DEPTH } from '@holdfast/collector'
import { Random } from '@holdfast/core'
import { leaseTimes } from '@holdfast/lease'
import { NatsServer } from '../network/nats-server.js'
import { DRIFT } from '../programs/settings.js'
import type { Trouble } from '../workload/attempts.js'
import type { Flaw } from '../workload/flaw.js'
import { type Lifetime, lifetimeOf, nodeOf } from '../workload/tag.js'
import { VAULT } from '../workload/vault-calls.js'
import { Check, type CheckOutcome } from './check.js'
import { Cluster } from './cluster.js'
import { Disk } from './disk.js'
import { FaultContext, type FaultKind } from './fault.js'
import { type Finding, Findings } from './findings.js'
import { Injector } from './injector.js'
import { type MemorySample, type MemoryTrend, trendOf } from './memory-trend.js'
import { Outages } from './outages.js'
import { natsWires, type Wires, webSocketWires } from './wires.js'

export interface BenchOptions {
  readonly transport: 'websocket' | 'nats'
  readonly minutes: number
  readonly seed: number
  readonly members: number
  /** Of the leases, ms: the measure of everything else. */
  readonly term: number
  readonly flaw: Flaw | null
  readonly signal: AbortSignal
  readonly onLine: (line: string) => void
  readonly onProgress: (progress: Progress) => void
}

export interface Progress {
  readonly elapsedMs: number
  readonly phase: string
  readonly faults: number
  readonly checks: number
}

export interface BenchOutcome {
  readonly injected: Readonly<Partial<Record<FaultKind, number>>>
  readonly faults: number
  readonly checks: readonly CheckOutcome[]
  readonly findings: readonly Finding[]
  readonly memory: Readonly<Record<string, MemoryTrend>>
  /** Calls that were answered, and that the network has made fail. */
  readonly calls: { readonly succeeded: number; readonly failed: number }
  readonly elapsedMs: number
  /** What filled the disk of the durable node: a file system of its own, or a store that said so. */
  readonly isRealDisk: boolean
  /** What the processes have printed; null when nothing was found. */
  readonly logs: string | null
}

/** How long faults are injected before the first check, in terms; twice as long before each further one, up to the most. */
const FIRST_LOAD_TERMS = 8
const MAX_LOAD_TERMS = 40
/** What a check needs at least, in terms: what is left of killed processes is kept for eleven. */
const CHECK_TERMS = 15
/** How long a call may be under way, in terms, before it counts as hanging: it may wait for a session several times over. */
const BOUND_TERMS = 25

export async function runBench(options: BenchOptions): Promise<BenchOutcome> {
  const bench = await Bench.start(options)
  try {
    return await bench.run()
  } finally {
    await bench.close()
  }
}

class Bench {
  readonly #options: BenchOptions
  readonly #folder: string
  readonly #wires: Wires
  readonly #disk: Disk
  readonly #server: NatsServer | null
  readonly #cluster: Cluster
  readonly #findings: Findings
  readonly #injector: Injector
  readonly #begunAt = performance.now()
  readonly #checks: CheckOutcome[] = []
  readonly #memory = new Map<Lifetime, MemorySample[]>()
  readonly #quarantine: number

  private constructor(
    options: BenchOptions,
    parts: { folder: string; wires: Wires; disk: Disk; server: NatsServer | null; members: string[] },
  ) {
    const { term, seed, flaw } = options
    const { folder, wires, disk, server, members } = parts
    this.#options = options
    this.#folder = folder
    this.#wires = wires
    this.#disk = disk
    this.#server = server
    this.#quarantine = leaseTimes({ term, drift: DRIFT }, MAX_GIFT_DEPTH).quarantine
    this.#findings = new Findings(
      () => ({ atMs: this.#elapsedMs, after: [...this.#injector.last] }),
      ({ kind, message, atMs }) => options.onLine(`${clockOf(atMs)} FOUND ${kind}: ${message}`),
    )
    // Two sequences, so that what is injected depends on the seed alone.
    const [faults, seeds] = [new Random(Math.imul(seed, 0x9e3779b1)), new Random(Math.imul(seed, 0x85ebca6b))]
    this.#cluster = new Cluster({
      members,
      wires,
      disk,
      term,
      boundMs: term * BOUND_TERMS + 5000,
      random: seeds,
      flaw,
      logs: join(folder, 'logs'),
      onSaid: (lifetime, value) => this.#said(lifetime, value as Said),
      onCrash: (name) => this.#findings.add('crash', `${name} has ended by itself`),
    })
    const context = new FaultContext({ cluster: this.#cluster, wires, disk, server, term, random: faults })
    this.#injector = new Injector(context, new Outages(this.#quarantine, term), (line) => this.#log(line))
  }

  static async start(options: BenchOptions): Promise<Bench> {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-faults-'))
    mkdirSync(join(folder, 'logs'))
    const members = Array.from({ length: options.members }, (_, index) => `m${index + 1}`)
    const server = options.transport === 'nats' ? await NatsServer.start() : null
    const wires = server === null ? await webSocketWires(members) : await natsWires(members, server)
    return new Bench(options, { folder, wires, server, members, disk: new Disk(join(folder, 'disk')) })
  }

  async run(): Promise<BenchOutcome> {
    const { minutes, term, seed, signal, onLine } = this.#options
    // Something may be found before anything was broken: the log is there all the same.
    this.#log(`seed ${seed}, leases of ${term} ms`)
    const endAt = this.#begunAt + minutes * 60_000
    const calls = { succeeded: 0, failed: 0 }
    await this.#cluster.start()
    for (;;) {
      const left = endAt - performance.now() - CHECK_TERMS * term
      // One at least, however short the time is.
      if (signal.aborted || this.#findings.all.length > 0) break
      if (left < term * 5 && this.#checks.length > 0) break
      const load = Math.min(FIRST_LOAD_TERMS * 2 ** this.#checks.length, MAX_LOAD_TERMS)
      await this.#load(term * Math.max(FIRST_LOAD_TERMS, Math.min(left / term, load)))
      if (signal.aborted) break
      this.#progress('checking')
      const check = { cluster: this.#cluster, findings: this.#findings, quarantine: this.#quarantine, term, signal }
      const outcome = await new Check(check).run()
      if (outcome === null) break
      this.#checks.push(outcome)
      await this.#sampleMemory()
      Object.assign(calls, outcome.calls)
      const { living, references } = outcome
      const { count } = this.#injector
      onLine(
        `${clockOf(this.#elapsedMs)} check ${this.#checks.length}: ${count} faults so far; ${living} objects and ${references} references held, nothing else, nothing lost`,
      )
    }
    const memory = this.#judgeMemory()
    const { all: findings } = this.#findings
    return {
      injected: Object.fromEntries(this.#injector.injected),
      faults: this.#injector.count,
      checks: this.#checks,
      findings,
      memory,
      calls,
      elapsedMs: this.#elapsedMs,
      isRealDisk: this.#disk.isReal,
      logs: findings.length > 0 ? join(this.#folder, 'logs') : null,
    }
  }

  async close(): Promise<void> {
    await this.#injector.heal().catch(() => {})
    await this.#cluster.close()
    this.#wires.close()
    await this.#server?.stop()
    this.#disk.close()
    const kept = this.#findings.all.length > 0
    rmSync(join(this.#folder, 'disk'), { recursive: true, force: true })
    if (!kept) rmSync(this.#folder, { recursive: true, force: true })
  }

  get #elapsedMs(): number {
    return performance.now() - this.#begunAt
  }

  /** Load and faults; then all is whole. */
  async #load(ms: number): Promise<void> {
    const over = new AbortController()
    const { signal } = this.#options
    await this.#cluster.load()
    const injecting = this.#injector.run(over.signal)
    const until = performance.now() + ms
    while (performance.now() < until && !signal.aborted && this.#findings.all.length === 0) {
      this.#progress('faults')
      await sleep(200)
    }
    over.abort()
    await injecting
    await this.#cluster.allUp()
  }

  async #sampleMemory(): Promise<void> {
    const { members } = this.#cluster
    for (const name of [...members, VAULT]) {
      const lifetime = this.#cluster.lifetimeOf(name)
      const samples = this.#memory.get(lifetime) ?? []
      this.#memory.set(lifetime, samples)
      samples.push((await this.#cluster.do(name, 'memory')) as MemorySample)
    }
  }

  #judgeMemory(): Record<string, MemoryTrend> {
    const trends: Record<string, MemoryTrend> = {}
    for (const [lifetime, samples] of this.#memory) {
      const trend = trendOf(samples)
      if (trend === null) continue
      trends[lifetime] = trend
      if (!trend.isFlat) this.#findings.add('memory', `that of ${lifetime} has grown: ${JSON.stringify(trend)}`)
    }
    return trends
  }

  #said(lifetime: Lifetime, value: Said): void {
    // What was said before it was killed may come later.
    if (this.#cluster.diedAt(lifetime) !== undefined) return
    if (value.type === 'alarm')
      this.#findings.add('alarm', `${lifetime} has refused a verdict: ${JSON.stringify(value.event)}`)
    else if (value.type === 'expired') this.#expired(lifetime, value.peer)
    else this.#trouble(lifetime, value.trouble)
  }

  /** Nobody is out of reach for so long, so who is given up was killed. */
  #expired(lifetime: Lifetime, peer: string): void {
    const deathAt = this.#cluster.lastDeathOf(peer)
    if (deathAt !== undefined && performance.now() - deathAt < this.#quarantine * 3) return
    this.#findings.add(
      'expired',
      `${lifetime} has given up ${peer}, which is alive and was not out of reach for long enough`,
    )
  }

  #trouble(lifetime: Lifetime, { kind, what, tags, message }: Trouble): void {
    const isOfTheDead = tags.some((tag) => this.#cluster.diedAt(lifetimeOf(tag)) !== undefined)
    if (kind === 'broken' && isOfTheDead) return
    const told = `${what} of ${tags.length === 0 ? 'no object' : tags.join(' with ')} by ${lifetime}: ${message}`
    const isPremature = kind === 'broken' && tags.some((tag) => nodeOf(tag) !== nodeOf(lifetime))
    this.#findings.add(kind === 'broken' ? (isPremature ? 'premature' : 'failed') : kind, told)
  }

  #log(line: string): void {
    appendFileSync(join(this.#folder, 'logs', 'faults.log'), `${new Date().toISOString()} ${line}\n`)
  }

  #progress(phase: string): void {
    this.#options.onProgress({
      elapsedMs: this.#elapsedMs,
      phase,
      faults: this.#injector.count,
      checks: this.#checks.length,
    })
  }
}

/** What members say without being asked. */
type Said =
  | { readonly type: 'trouble'; readonly trouble: Trouble }
  | { readonly type: 'expired'; readonly peer: string }
  | { readonly type: 'alarm'; readonly event: unknown }

/** Minutes and seconds. */
export function clockOf(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')}`
}
