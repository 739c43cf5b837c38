/** Runs the command as users do. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

export interface Ran {
  readonly code: number | null
  readonly lines: readonly string[]
  readonly errors: string
}

/** @param onLine may send the process a signal */
export function faults(args: readonly string[], onLine: (line: string, pid: number) => void = () => {}): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [text, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    for (const line of chunk.split('\n')) onLine(line, child.pid ?? 0)
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk
  })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, lines: text.trimEnd().split('\n'), errors }))
  })
}
