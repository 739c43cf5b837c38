import { spawn } from 'node:child_process'
import { COMMAND } from './known-cuts.js'

/** What a command left behind. */
export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Sends a signal to a running command as soon as its progress says something. */
export interface Interruption {
  readonly signal: NodeJS.Signals
  readonly when: RegExp
}

/** Runs `holdfast` as a process of its own, not on a terminal. Settles when it has exited and its output is read. */
export function runCommand(args: readonly string[], interruption?: Interruption): Promise<Outcome> {
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  const interrupt = (): void => {
    if (interruption?.when.test(stdout + stderr) && child.exitCode === null) child.kill(interruption.signal)
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    interrupt()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    interrupt()
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}
