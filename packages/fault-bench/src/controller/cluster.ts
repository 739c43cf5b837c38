/** The processes: started, killed, started again, stopped, asked. */
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '@holdfast/core'
import { DeedProcess } from '../processes/deed-process.js'
import type { MemberSettings, VaultSettings } from '../programs/settings.js'
import type { Flaw } from '../workload/flaw.js'
import { type Lifetime, lifetimeName } from '../workload/tag.js'
import { VAULT } from '../workload/vault-calls.js'
import type { Disk } from './disk.js'
import type { Wires } from './wires.js'

export interface ClusterOptions {
  readonly members: readonly string[]
  readonly wires: Wires
  readonly disk: Disk
  readonly term: number
  readonly boundMs: number
  readonly random: Random
  readonly flaw: Flaw | null
  /** Where what they print goes, a file for each. */
  readonly logs: string
  readonly onSaid: (lifetime: Lifetime, value: unknown) => void
  /** A process has ended by itself. */
  readonly onCrash: (name: string) => void
}

interface Slot {
  readonly name: string
  readonly log: number
  process: DeedProcess | null
  /** Resolves when it is up; null when it is meant to be down. */
  up: Promise<void> | null
  incarnation: number
  /** Whether it may end by itself. */
  mayEnd: boolean
}

const programOf = (name: string): URL =>
  new URL(`../programs/${name === VAULT ? 'vault' : 'member'}.js`, import.meta.url)

export class Cluster {
  readonly #options: ClusterOptions
  readonly #slots = new Map<string, Slot>()
  readonly #died = new Map<Lifetime, number>()
  #isLoaded = false
  #isClosed = false

  constructor(options: ClusterOptions) {
    this.#options = options
    for (const name of [...options.members, VAULT]) {
      const log = openSync(join(options.logs, `${name}.log`), 'a')
      this.#slots.set(name, { name, log, process: null, up: null, incarnation: 0, mayEnd: false })
    }
  }

  get members(): readonly string[] {
    return this.#options.members
  }

  /** Of the members, at the moment. */
  get live(): Lifetime[] {
    return this.members.map((name) => this.lifetimeOf(name))
  }

  /** @returns since when a lifetime is over, `performance.now()`; undefined for one that is not */
  diedAt(lifetime: Lifetime): number | undefined {
    return this.#died.get(lifetime)
  }

  /** When the last lifetime of a node that is over has ended. */
  lastDeathOf(name: string): number | undefined {
    const deaths = [...this.#died].filter(([lifetime]) => lifetime.startsWith(`${name}.`)).map(([, at]) => at)
    return deaths.length === 0 ? undefined : Math.max(...deaths)
  }

  lifetimeOf(name: string): Lifetime {
    return lifetimeName(name, this.#slot(name).incarnation)
  }

  async start(): Promise<void> {
    await Promise.all([...this.#slots.keys()].map((name) => this.launch(name)))
  }

  /** Starts a process (again). @returns when it is up, and works if the others do */
  launch(name: string): Promise<void> {
    const slot = this.#slot(name)
    if (this.#isClosed) return Promise.resolve()
    slot.up ??= this.#launch(slot)
    return slot.up
  }

  async kill(name: string): Promise<void> {
    const slot = this.#slot(name)
    const { process } = slot
    slot.up = null
    slot.process = null
    if (name !== VAULT && slot.incarnation > 0) this.#died.set(this.lifetimeOf(name), performance.now())
    await process?.kill()
    this.#options.wires.moved(name, null)
  }

  signal(name: string, signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#slot(name).process?.signal(signal)
  }

  /** It may end by itself from now on, or not any more. */
  mayEnd(name: string, mayEnd: boolean): void {
    this.#slot(name).mayEnd = mayEnd
  }

  /** Resolves when it has ended. */
  async exited(name: string): Promise<void> {
    await this.#slot(name).process?.exited
  }

  /** All are up. */
  async allUp(): Promise<void> {
    await Promise.all([...this.#slots.keys()].map((name) => this.launch(name)))
  }

  do(name: string, deed: string, ...args: unknown[]): Promise<unknown> {
    const { process } = this.#slot(name)
    return process === null ? Promise.reject(new Error(`${name} is down`)) : process.do(deed, ...args)
  }

  /** All members do it at once. */
  async each<T>(deed: string, ...args: unknown[]): Promise<Map<string, T>> {
    const answers = await Promise.all(this.members.map((name) => this.do(name, deed, ...args)))
    return new Map(this.members.map((name, place) => [name, answers[place] as T]))
  }

  async load(): Promise<void> {
    this.#isLoaded = true
    await this.each('begin')
  }

  async pause(): Promise<void> {
    this.#isLoaded = false
    await this.each('pause')
  }

  /** Nothing is left. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const slot of this.#slots.values()) slot.mayEnd = true
    await Promise.all([...this.#slots.keys()].map((name) => this.kill(name)))
    for (const { log } of this.#slots.values()) closeSync(log)
  }

  async #launch(slot: Slot): Promise<void> {
    const { name, log } = slot
    const { wires, onSaid, onCrash } = this.#options
    slot.incarnation = Math.max(Date.now(), slot.incarnation + 1)
    const lifetime = this.lifetimeOf(name)
    const settings = name === VAULT ? this.#vaultSettings() : this.#memberSettings(name, slot.incarnation)
    const { process, ready } = DeedProcess.launch({
      name,
      program: programOf(name),
      settings,
      log,
      onSaid: (value) => onSaid(lifetime, value),
    })
    slot.process = process
    void process.exited.then(() => {
      if (slot.process !== process) return
      slot.process = null
      slot.up = null
      wires.moved(name, null)
      if (!slot.mayEnd) onCrash(name)
    })
    try {
      await ready
      wires.moved(name, (await process.do('port')) as number | null)
      if (this.#isLoaded && name !== VAULT) await process.do('begin')
    } catch (error) {
      // It was killed meanwhile, or has crashed, which is told above.
      if (!process.isOver) throw error
    }
  }

  #memberSettings(name: string, incarnation: number): MemberSettings {
    const { members, wires, term, boundMs, random, flaw } = this.#options
    const peers = members.filter((other) => other !== name)
    const network = wires.networkOf(name)
    return { name, incarnation, peers, term, network, boundMs, flaw, seed: random.next() }
  }

  #vaultSettings(): VaultSettings {
    const { wires, term, disk, flaw } = this.#options
    return {
      name: VAULT,
      term,
      network: wires.networkOf(VAULT),
      folder: disk.storeFolder,
      fullFile: disk.fullFile,
      flaw,
    }
  }

  #slot(name: string): Slot {
    const slot = this.#slots.get(name)
    if (slot === undefined) throw new Error(`there is no ${name}`)
    return slot
  }
}
