import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** What the suite reads of what `holdfast replay --json` prints. */
export interface Replay {
  readonly objects: number
  readonly references: number
  readonly garbage: number
  readonly freedBy: { readonly refcount: number; readonly tracing: number }
  readonly rounds: number
  readonly messages: number
  readonly bytes: number
  readonly timeMs: { readonly load: number; readonly build: number; readonly collect: number; readonly verify: number }
  readonly v8FullGcMs: number
  readonly peakRssBytes: number
}

/** What to cut. */
export interface ReplayRequest {
  readonly nodes: number
  readonly cut: 'edges' | 'nodes' | 'roots'
  readonly count: number | 'all'
}

const HOLDFAST = fileURLToPath(new URL('../bin/holdfast.js', import.meta.resolve('holdfast')))
const FIXTURE = fileURLToPath(new URL('../fixtures/typescript-heap.rhg.gz', import.meta.resolve('holdfast')))
const execute = promisify(execFile)

/** Replays the shipped heap with the `holdfast` command. @throws Error unless exactly the right objects were freed */
export async function runReplay({ nodes, cut, count }: ReplayRequest): Promise<Replay> {
  const options = ['--nodes', String(nodes), '--cut', cut, '--count', String(count), '--json']
  const running = execute(process.execPath, [HOLDFAST, 'replay', FIXTURE, ...options])
  const kill = (): void => void running.child.kill('SIGTERM')
  process.once('exit', kill)
  try {
    const { stdout } = await running
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Replay
  } finally {
    process.removeListener('exit', kill)
  }
}
