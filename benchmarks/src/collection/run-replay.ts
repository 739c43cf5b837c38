import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** What the suite reads of what `holdfast replay --json` prints. */
export interface Replay {
  readonly garbage: number
  readonly freedBy: { readonly refcount: number; readonly tracing: number }
  readonly rounds: number
  readonly messages: number
  readonly bytes: number
  readonly timeMs: { readonly load: number; readonly build: number; readonly collect: number; readonly verify: number }
  readonly peakRssBytes: number
}

/** What to cut, of how many nodes. */
export interface ReplayRequest {
  readonly nodes: number
  readonly cut: 'edges' | 'nodes' | 'roots'
  readonly count: number | 'all'
  /** Whether a round was held before. */
  readonly settled: boolean
}

const HOLDFAST = fileURLToPath(new URL('../bin/holdfast.js', import.meta.resolve('holdfast')))
const V8_FULL_GC = fileURLToPath(new URL('../dist/replay/v8-full-gc-child.js', import.meta.resolve('holdfast')))
const FIXTURE = fileURLToPath(new URL('../fixtures/typescript-heap.rhg.gz', import.meta.resolve('holdfast')))

/**
 * Replays the shipped heap with the `holdfast` command.
 * @param nodeFlags for the process, its workers included
 * @throws Error unless exactly the right objects were freed
 */
export async function runReplay(
  { nodes, cut, count, settled }: ReplayRequest,
  { nodeFlags = [], flags = [] }: { readonly nodeFlags?: readonly string[]; readonly flags?: readonly string[] } = {},
): Promise<Replay> {
  const options = ['--nodes', String(nodes), '--cut', cut, '--count', String(count), ...(settled ? ['--settled'] : [])]
  const stdout = await run([...nodeFlags, HOLDFAST, 'replay', FIXTURE, ...options, ...flags, '--json'])
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Replay
}

/** V8's own full collection of the same graph of ordinary objects, in a process of its own: the median time in ms of five. */
export async function runV8FullGc(): Promise<number> {
  return Number(await run(['--expose-gc', V8_FULL_GC, FIXTURE]))
}

async function run(args: readonly string[]): Promise<string> {
  const running = promisify(execFile)(process.execPath, args)
  const kill = (): void => void running.child.kill('SIGTERM')
  process.once('exit', kill)
  try {
    return (await running).stdout
  } finally {
    process.removeListener('exit', kill)
  }
}
