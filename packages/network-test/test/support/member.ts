/** Processes with one node each (`programs/member.mjs`), told what to do and killed at will. */
import { setTimeout as sleep } from 'node:timers/promises'
import { DeedProcess } from '@holdfast/fault-bench/process'
import type { NodeOptions } from 'holdfast'
import { afterAll } from 'vitest'

export interface MemberState {
  readonly reclaimed: readonly string[]
  readonly events: readonly string[]
  readonly peers: readonly string[]
  readonly tables: { readonly exports: number; readonly imports: number }
  readonly pendingCalls: number
}

/** What travels to another process: all of `NodeOptions` that is plain data. */
export type MemberOptions = Pick<NodeOptions, 'lease' | 'reconnectMs' | 'coordinator' | 'webSocket' | 'incarnation'>

export class Member {
  readonly #process: DeedProcess

  constructor(process: DeedProcess) {
    this.#process = process
  }

  get name(): string {
    return this.#process.name
  }

  /** Does a deed of `programs/member.mjs`. @throws Error with the `code` of what was thrown there */
  do(deed: string, ...args: unknown[]): Promise<unknown> {
    return this.#process.do(deed, ...args)
  }

  /** Several deeds, one after the other. */
  async doAll(...deeds: readonly (readonly [string, ...unknown[]])[]): Promise<void> {
    for (const deed of deeds) await this.do(...deed)
  }

  state(): Promise<MemberState> {
    return this.do('state') as Promise<MemberState>
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.signal(signal)
  }

  /** SIGKILL: it has no time for a word. */
  kill(): Promise<void> {
    return this.#process.kill()
  }
}

export interface Members {
  start(name: string, options?: MemberOptions): Promise<Member>
}

/** Processes of one suite, whose tests may run at once; killed at its end. @param network what `join` connects to */
export function useMembers(network: () => object = () => ({})): Members {
  const members: Member[] = []
  afterAll(async () => {
    await Promise.all(members.map((member) => member.kill()))
  })
  return {
    async start(name, options = {}) {
      const program = new URL('../programs/member.mjs', import.meta.url)
      const settings = { name, options, network: network() }
      const member = new Member(await DeedProcess.start({ name, program, settings }))
      members.push(member)
      return member
    },
  }
}

/** Asks again until it is so. */
export async function eventually(holds: () => Promise<boolean>, what: string, patience = 20_000): Promise<void> {
  const begun = performance.now()
  while (!(await holds())) {
    if (performance.now() - begun > patience) throw new Error(`not within ${patience} ms: ${what}`)
    await sleep(20)
  }
}
