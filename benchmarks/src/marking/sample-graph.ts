/**
 * Graphs to mark: 3.2 references an object as in real heaps, one half of the objects reachable from the one root (object 0), most
 * references to objects that are near in number. The same arguments make the same graph.
 */
import { Random } from '@holdfast/core'

/** Compressed rows: the references of object i are `targets[offsets[i] .. offsets[i + 1] - 1]`. */
export interface CompressedRows {
  readonly offsets: Uint32Array
  readonly targets: Uint32Array
}

const REFERENCES_PER_OBJECT = 3.2
/** A near reference leads at most so far. */
const NEAR = 500
const SHARE_NEAR = 0.8
/** A holder is one of the so many objects of its half that came last. */
const HOLDERS = 64

/** Makes a graph. O(objects). @param objects at least 2 */
export function sampleGraph(objects: number, seed: number): CompressedRows {
  const random = new Random(seed)
  const live = Uint8Array.from({ length: objects }, (_, object) => (object === 0 || random.chance(0.5) ? 1 : 0))
  const count = Math.floor(objects * REFERENCES_PER_OBJECT)
  const sources = new Uint32Array(count)
  const targets = new Uint32Array(count)
  const recent: [number[], number[]] = [[], []]
  let added = 0
  for (let object = 0; object < objects; object++) {
    const holders = recent[live[object]]
    if (holders.length > 0) {
      sources[added] = random.pick(holders)
      targets[added++] = object
    }
    if (holders.length === HOLDERS) holders[random.below(HOLDERS)] = object
    else holders.push(object)
  }
  while (added < count) {
    const source = random.below(objects)
    const far = !random.chance(SHARE_NEAR)
    let target = far ? random.below(objects) : (source + random.below(2 * NEAR) - NEAR + objects * NEAR) % objects
    // What is live refers to nothing that is not.
    while (live[source] > live[target]) target = (target + 1) % objects
    sources[added] = source
    targets[added++] = target
  }
  return compressRows(objects, sources, targets)
}

/** Sorts references by their sources. O(objects + references). */
export function compressRows(objects: number, sources: Uint32Array, targets: Uint32Array): CompressedRows {
  const offsets = new Uint32Array(objects + 1)
  for (const source of sources) offsets[source + 1]++
  for (let object = 0; object < objects; object++) offsets[object + 1] += offsets[object]
  const next = offsets.slice(0, objects)
  const sorted = new Uint32Array(targets.length)
  for (let index = 0; index < sources.length; index++) sorted[next[sources[index]]++] = targets[index]
  return { offsets, targets: sorted }
}

/** The source of each reference, in order. O(references). */
export function sourcesOf({ offsets, targets }: CompressedRows): Uint32Array {
  const sources = new Uint32Array(targets.length)
  for (let object = 0; object + 1 < offsets.length; object++) sources.fill(object, offsets[object], offsets[object + 1])
  return sources
}
