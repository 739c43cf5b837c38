/** Runs the command as users do. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

export interface Ran {
  readonly code: number | null
  readonly lines: readonly string[]
  readonly errors: string
}

export interface RunOptions {
  /** Ctrl-C, so many ms after its first line. */
  readonly interruptAfter?: number
  /** For what it writes, in place of the machine's. */
  readonly temporary?: string
}

export function faults(args: readonly string[], { interruptAfter, temporary }: RunOptions = {}): Promise<Ran> {
  // A group of its own, as a terminal gives it: Ctrl-C goes to all of it.
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...(temporary === undefined ? {} : { TMPDIR: temporary }) },
  })
  let [text, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    if (text === '' && interruptAfter !== undefined) {
      setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGINT'), interruptAfter)
    }
    text += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk
  })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, lines: text.trimEnd().split('\n'), errors }))
  })
}

/** What is left of a run: what is in its own folder for temporary files, and processes whose command line has a word in it. */
export function leftOf(folder: string, word: string): string[] {
  const processes = readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry)) return false
    try {
      return readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(word)
    } catch {
      return false
    }
  })
  return [...readdirSync(folder), ...processes.map((pid) => `process ${pid}`)]
}
