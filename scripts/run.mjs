// Child processes for the scripts beside this file: stdio, signals and exit codes pass through as if nobody stood
// between; `quiet` keeps the output back and shows it, on stderr, only when the command fails.
import { spawn } from 'node:child_process'
import { accessSync, constants, mkdirSync } from 'node:fs'
import { constants as os } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The workspace folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** What every tool of the workspace gets in its environment: no telemetry, no nagging, and a home to cache in. */
export function environment() {
  const silent = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', TURBO_NO_UPDATE_NOTIFIER: '1' }
  return { ...silent, ...(hasHome() ? {} : { HOME: ownHome() }) }
}

function hasHome() {
  const { HOME } = process.env
  if (process.platform === 'win32') return true
  try {
    if (!HOME) return false
    accessSync(HOME, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Without a home npm would put its cache, and pnpm its store, into whatever folder happens to be current. */
function ownHome() {
  const home = join(root, '.cache', 'home')
  mkdirSync(home, { recursive: true })
  return home
}

/** Runs a command to its end. @returns its exit code, 128 + n when signal n ended it, 127 when it cannot start */
export function run(command, args, { cwd = root, quiet = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit' })
    const kept = []
    for (const stream of quiet ? [child.stdout, child.stderr] : []) stream.on('data', (chunk) => kept.push(chunk))
    const release = passSignals(child)
    child.on('error', (error) => {
      release()
      console.error(`cannot run ${command}: ${error.message}`)
      resolve(127)
    })
    child.on('close', (code, signal) => {
      release()
      if (code !== 0) process.stderr.write(Buffer.concat(kept))
      resolve(code ?? 128 + os.signals[signal])
    })
  })
}

/**
 * Passes on what was sent to this process alone. A terminal's Ctrl-C reaches the child by itself; once is enough.
 * A signal to npm ends only npm and its shell, so losing the parent counts as one.
 */
function passSignals(child) {
  const handlers = {
    SIGTERM: () => child.kill('SIGTERM'),
    SIGHUP: () => child.kill('SIGHUP'),
    SIGINT: () => process.stdin.isTTY || child.kill('SIGINT'),
  }
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler)
  const parent = process.ppid
  const watch = setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 300)
  return () => {
    clearInterval(watch)
    for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler)
  }
}
