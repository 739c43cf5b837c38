/** What the command does with its options. */
import { writeFileSync } from 'node:fs'
import { type BenchOptions, type BenchOutcome, clockOf, type Progress, runBench } from '../controller/bench.js'
import { FAULT_KINDS, type FaultKind } from '../controller/fault.js'
import type { Flags } from './program.js'

export interface Output {
  /** A line of the result. */
  readonly out: (line: string) => void
  /** How far it is; may be overwritten. */
  readonly status: (text: string) => void
  readonly drawSeed: () => number
}

/** @returns the exit code */
export async function runFaults(flags: Flags, output: Output, signal: AbortSignal): Promise<number> {
  const { transport, minutes, members, term } = flags
  const seed = flags.seed ?? output.drawSeed()
  output.out(`seed ${seed}: ${members} members and a durable node over ${nameOf(transport)}, leases of ${term} ms`)
  const options: BenchOptions = {
    transport,
    minutes,
    seed,
    members,
    term,
    flaw: flags.flaw ?? null,
    signal,
    onLine: output.out,
    onProgress: (progress) => output.status(statusOf(progress, minutes)),
  }
  const outcome = await runBench(options)
  if (flags.json !== undefined)
    writeFileSync(flags.json, `${JSON.stringify({ transport, seed, minutes, members, term, ...outcome }, null, 2)}\n`)
  for (const line of report(outcome)) output.out(line)
  const { findings, checks, faults, elapsedMs } = outcome
  const lost = findings.length === 0 ? 'nothing lost' : `LOST ${findings.length}`
  const isWhole = signal.aborted ? ', interrupted' : ''
  output.out(
    `${nameOf(transport)}, seed ${seed}, ${clockOf(elapsedMs).trim()}: ${faults} faults injected, ${checks.length} checks, ${lost}${isWhole}`,
  )
  return findings.length === 0 ? 0 : 1
}

const nameOf = (transport: Flags['transport']): string => (transport === 'nats' ? 'NATS' : 'WebSockets')

const statusOf = ({ elapsedMs, phase, faults, checks }: Progress, minutes: number): string =>
  `${clockOf(elapsedMs)} of ${minutes} min, ${phase}: ${faults} faults, ${checks} checks`

function report({ injected, findings, memory, calls, isRealDisk, logs, checks }: BenchOutcome): string[] {
  const isLost = findings.length > 0
  const kinds = (Object.keys(FAULT_KINDS) as FaultKind[]).filter((kind) => injected[kind] !== undefined)
  const rows = kinds.map((kind) => {
    const count = injected[kind] ?? 0
    return `${kind.padEnd(13)} ${String(count).padStart(8)} ${String(isLost ? '?' : count).padStart(8)}`
  })
  const disk = isRealDisk
    ? 'a small file system was filled'
    : 'the store said that it was (no file system of its own could be mounted here)'
  const trends = Object.entries(memory).map(([lifetime, { samples, heap, rss }]) => {
    const [heaps, sizes] = [heap, rss].map((ends) => ends.map((bytes) => (bytes / (1 << 20)).toFixed(1)).join(' to '))
    return `memory of ${lifetime} over ${samples} checks: heap ${heaps} MiB, in all ${sizes} MiB`
  })
  return [
    '',
    `${'fault'.padEnd(13)} injected survived`,
    ...rows,
    '',
    ...(injected['full disk'] === undefined ? [] : [`full disk: ${disk}`]),
    `calls of the processes that were there at the end: ${calls.succeeded} answered, ${calls.failed} told that the network has failed`,
    ...(checks.length === 0
      ? []
      : [
          `objects held at the last check: ${checks.at(-1)?.living}, over borders ${checks.at(-1)?.references} references`,
        ]),
    ...trends,
    ...findings.flatMap(({ kind, message, atMs, after }) => [
      `FOUND at ${clockOf(atMs).trim()}: ${kind}: ${message}`,
      ...after.map((fault) => `  after ${fault}`),
    ]),
    ...(logs === null ? [] : [`what the processes have printed: ${logs}`]),
    '',
  ]
}
