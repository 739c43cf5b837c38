/** Processes with one node each (`programs/member.mjs`), told what to do and killed at will. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
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

interface Reply {
  readonly id: number
  readonly value?: unknown
  readonly error?: { readonly code: string; readonly message: string }
}

export class Member {
  readonly name: string
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #count = 0

  constructor(name: string, child: ChildProcess) {
    this.name = name
    this.#child = child
    child.on('message', (message) => this.#replied(message as Reply))
    child.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${name} has exited`))
      this.#waiting.clear()
    })
  }

  /** Does a deed of `programs/member.mjs`. @throws Error with the `code` of what was thrown there */
  do(deed: string, ...args: unknown[]): Promise<unknown> {
    const id = ++this.#count
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#child.send({ id, deed, args })
    })
  }

  /** Several deeds, one after the other. */
  async doAll(...deeds: readonly (readonly [string, ...unknown[]])[]): Promise<void> {
    for (const deed of deeds) await this.do(...deed)
  }

  state(): Promise<MemberState> {
    return this.do('state') as Promise<MemberState>
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** SIGKILL: it has no time for a word. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }

  #replied({ id, value, error }: Reply): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(value)
    else waiting?.reject(Object.assign(new Error(error.message), { code: error.code }))
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
      const settings = JSON.stringify({ name, options, network: network() })
      const program = new URL('../programs/member.mjs', import.meta.url)
      const child = fork(program, [settings], { execArgv: ['--expose-gc'] })
      const member = new Member(name, child)
      members.push(member)
      await once(child, 'message')
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
