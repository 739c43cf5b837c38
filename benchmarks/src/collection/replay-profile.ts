import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CpuProfile, hotFunctions } from '../profile/hot-functions.js'
import type { Sample } from '../suite.js'
import { runReplay } from './run-replay.js'

/** What code belongs to, by a part of the path of its file; the first that fits. */
const PARTS: readonly (readonly [part: string, paths: RegExp])[] = [
  ['V8’s collector', /^\(garbage collector\)/],
  ['sweep', /sweep|\bfree|apply-verdict/i],
  ['verdict', /collage|judge|verdict|\/graph\/dist/i],
  ['report', /report|reference-rows|suspect/i],
  ['trace', /heap\/dist\/object-heap|local-collection/],
  ['drops', /refcount\/dist|listing|drop/],
  ['frames', /session\/dist|transport\/dist|core\/dist/],
]
const REST = 'all else'

/** Replays the whole heap with a profiler, all nodes in one thread. @returns shares of the time, in percent, by part */
export async function profileReplay(): Promise<Sample> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-replay-'))
  try {
    const request = { nodes: 4, cut: 'roots', count: 'all', settled: false } as const
    const nodeFlags = ['--cpu-prof', `--cpu-prof-dir=${folder}`]
    await runReplay(request, { nodeFlags, flags: ['--transport', 'memory'] })
    const profiles = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))
    return sharesOf(JSON.parse(profiles.toSorted((a, b) => b.length - a.length)[0]) as CpuProfile)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function sharesOf(profile: CpuProfile): Sample {
  const shares: Record<string, number> = Object.fromEntries(
    [...PARTS.map(([part]) => part), REST].map((part) => [part, 0]),
  )
  for (const { name, place, share } of hotFunctions(profile, Infinity)) {
    const part = PARTS.find(([, paths]) => paths.test(`${name} ${place}`))?.[0] ?? REST
    shares[part] += share * 100
  }
  return shares
}
