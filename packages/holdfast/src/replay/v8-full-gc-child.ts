/**
 * A program of its own (`node --expose-gc v8-full-gc-child.js FILE`): builds the file's graph of ordinary objects, all
 * reachable from `globalThis`, and prints the median time in ms of 5 forced full GCs after 2 warm-ups.
 */

import { readHeapFile } from '../heap-graph/heap-file.js'
import { objectCount } from '../heap-graph/heap-graph.js'

interface HeapObject {
  readonly id: number
  out: HeapObject[]
}

const WARM_UPS = 2
const RUNS = 5

async function build(file: string): Promise<HeapObject[]> {
  const { graph } = await readHeapFile(file)
  const objects = Array.from({ length: objectCount(graph) }, (_, id): HeapObject => ({ id, out: [] }))
  for (const object of objects) {
    const targets = graph.targets.subarray(graph.offsets[object.id], graph.offsets[object.id + 1])
    object.out = Array.from(targets, (target) => objects[target])
  }
  return objects
}

function timeFullGc(gc: () => void): number {
  const startedAt = performance.now()
  gc()
  return performance.now() - startedAt
}

const { gc } = globalThis
if (gc === undefined) throw new Error('start node with --expose-gc')
const fullGc = (): void => {
  gc()
}
Object.assign(globalThis, { heap: await build(process.argv[2]) })
const times = Array.from({ length: WARM_UPS + RUNS }, () => timeFullGc(fullGc)).slice(WARM_UPS)
times.sort((a, b) => a - b)
process.stdout.write(`${times[Math.floor(RUNS / 2)]}\n`)
