/**
 * Says what had to be freed, from the file's raw bytes and what was let go of, and holds it against what survived. On
 * purpose it imports nothing of ours: it parses the file itself and walks the graph itself, so a mistake in the code
 * under test cannot excuse itself here. Formats: `fixtures/README.md`.
 */
import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'

/** What happened. */
export interface Evidence {
  /** The file, gzipped or not; known to be well-formed. */
  readonly file: Uint8Array
  /** How objects were spread: a scheme of the format's description, or the node of every object. */
  readonly partition: 'hash' | 'block' | Uint8Array
  readonly nodes: number
  /** Indexes of the references let go of. */
  readonly removedReferences: Uint32Array
  /** Indexes of the root entries let go of. */
  readonly removedRoots: Uint32Array
  /** The ids whose handles still resolve, in any order. */
  readonly survivors: Uint32Array
}

/** What had to happen, and what was not right. */
export interface Verdict {
  readonly liveBefore: number
  /** Objects live before and not after. */
  readonly garbage: number
  /** Objects that nothing reaches any more and that are still there. */
  readonly missed: number
  /** Objects that are live and gone. */
  readonly wronglyFreed: number
  /** SHA-256 over the ids that were live before and have gone, as u32 little endian, ascending; in hex. */
  readonly fingerprint: string
  /** The same of the garbage. */
  readonly expectedFingerprint: string
  /** What the reference tables must hold: one export per live object that a live object elsewhere refers to, one import per holding node and such object. */
  readonly expectedTables: { readonly exports: number; readonly imports: number; readonly pins: number }
}

/** Judges. O(objects + references). @throws Error when the survivors are not distinct ids of the graph */
export function verify(evidence: Evidence): Verdict {
  const graph = parse(evidence.file)
  const kept = flags(graph.references, evidence.removedReferences)
  const keptRoots = flags(graph.roots.length, evidence.removedRoots)
  const before = reach(graph, null, null)
  const after = reach(graph, kept, keptRoots)
  const alive = present(evidence.survivors, graph.objects)
  const verdict = { liveBefore: 0, garbage: 0, missed: 0, wronglyFreed: 0 }
  const freed: number[] = []
  const garbage: number[] = []
  for (let id = 0; id < graph.objects; id++) {
    verdict.liveBefore += before[id]
    if (before[id] === 1 && after[id] === 0) garbage.push(id)
    if (before[id] === 1 && alive[id] === 0) freed.push(id)
    if (after[id] === 0 && alive[id] === 1) verdict.missed++
    if (after[id] === 1 && alive[id] === 0) verdict.wronglyFreed++
  }
  return {
    ...verdict,
    garbage: garbage.length,
    fingerprint: fingerprint(freed),
    expectedFingerprint: fingerprint(garbage),
    expectedTables: tables({ graph, kept, live: after, nodeOf: nodeOf(evidence, graph.objects) }),
  }
}

interface Graph {
  readonly objects: number
  readonly references: number
  readonly offsets: Uint32Array
  readonly targets: Uint32Array
  readonly roots: Uint32Array
}

function parse(file: Uint8Array): Graph {
  const bytes = file[0] === 0x1f && file[1] === 0x8b ? gunzipSync(file) : file
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const objects = view.getUint32(4, true)
  const references = view.getUint32(8, true)
  let at = 16
  const column = (length: number): Uint32Array => {
    const start = at
    at += length * 4
    return Uint32Array.from({ length }, (_, index) => view.getUint32(start + index * 4, true))
  }
  const offsets = column(objects + 1)
  const targets = column(references)
  return { objects, references, offsets, targets, roots: column(view.getUint32(12, true)) }
}

/** 0 for what was removed, 1 for the rest. */
function flags(length: number, removed: Uint32Array): Uint8Array {
  const kept = new Uint8Array(length).fill(1)
  for (const index of removed) kept[index] = 0
  return kept
}

/** 1 for every object that the kept roots reach along kept references; null keeps all. */
function reach(graph: Graph, kept: Uint8Array | null, keptRoots: Uint8Array | null): Uint8Array {
  const reached = new Uint8Array(graph.objects)
  const queue = new Uint32Array(graph.objects)
  let tail = 0
  const visit = (id: number): void => {
    if (reached[id] === 1) return
    reached[id] = 1
    queue[tail++] = id
  }
  graph.roots.forEach((root, entry) => {
    if (keptRoots === null || keptRoots[entry] === 1) visit(root)
  })
  for (let head = 0; head < tail; head++) {
    const id = queue[head]
    for (let index = graph.offsets[id]; index < graph.offsets[id + 1]; index++) {
      if (kept === null || kept[index] === 1) visit(graph.targets[index])
    }
  }
  return reached
}

function present(survivors: Uint32Array, objects: number): Uint8Array {
  const alive = new Uint8Array(objects)
  for (const id of survivors) {
    if (id >= objects) throw new Error(`a survivor that was never loaded: ${id} of ${objects} objects`)
    if (alive[id] === 1) throw new Error(`a survivor twice: ${id}`)
    alive[id] = 1
  }
  return alive
}

function nodeOf({ partition, nodes }: Evidence, objects: number): (id: number) => number {
  if (partition === 'hash') {
    return (id) => {
      const x = Number((BigInt(id) * 2654435761n) & 0xffffffffn)
      return ((x ^ (x >>> 16)) >>> 0) % nodes
    }
  }
  if (partition === 'block') return (id) => Math.floor((id * nodes) / objects)
  return (id) => partition[id]
}

interface Survey {
  readonly graph: Graph
  readonly kept: Uint8Array
  readonly live: Uint8Array
  readonly nodeOf: (id: number) => number
}

function tables({ graph, kept, live, nodeOf }: Survey): Verdict['expectedTables'] {
  const owners = Uint8Array.from({ length: graph.objects }, (_, id) => nodeOf(id))
  /** Per object the set of nodes that hold it from outside, a bit each. */
  const holders = new Uint32Array(graph.objects)
  for (let id = 0; id < graph.objects; id++) {
    if (live[id] === 0) continue
    for (let index = graph.offsets[id]; index < graph.offsets[id + 1]; index++) {
      const target = graph.targets[index]
      if (kept[index] === 1 && owners[target] !== owners[id]) holders[target] |= 1 << owners[id]
    }
  }
  let exports = 0
  let imports = 0
  for (let set of holders) {
    if (set !== 0) exports++
    for (; set !== 0; set &= set - 1) imports++
  }
  return { exports, imports, pins: 0 }
}

function fingerprint(ids: readonly number[]): string {
  const bytes = Buffer.alloc(ids.length * 4)
  ids.forEach((id, index) => {
    bytes.writeUInt32LE(id, index * 4)
  })
  return createHash('sha256').update(bytes).digest('hex')
}
