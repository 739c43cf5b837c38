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
  /** Indexes of the nodes that were killed when all had let go and none had told another. */
  readonly killed: readonly number[]
  /** The ids whose handles still resolve, in any order. */
  readonly survivors: Uint32Array
}

/** What had to happen, and what was not right. */
export interface Verdict {
  readonly liveBefore: number
  /** Objects of nodes that were killed. Nothing else counts them. */
  readonly lost: number
  /** Objects live before and not after: not reached from the roots left through objects left. */
  readonly garbage: number
  /** Objects that nothing reaches any more and that are still there. */
  readonly missed: number
  /** Objects that are live and gone. */
  readonly wronglyFreed: number
  /** SHA-256 over the ids that were live before and have gone, as u32 little endian, ascending; in hex. */
  readonly fingerprint: string
  /** The same of the garbage. */
  readonly expectedFingerprint: string
  /**
   * Who frees how many of all the objects that had to go: reference listing what goes while killed nodes hold whatever they held before
   * the cut; the end of their leases what reference listing frees from then on; tracing the rest.
   */
  readonly expectedFreedBy: { readonly refcount: number; readonly lease: number; readonly tracing: number }
  /** What the reference tables must hold: one export per live object that a live object elsewhere refers to, one import per holding node and such object. */
  readonly expectedTables: { readonly exports: number; readonly imports: number; readonly pins: number }
}

/**
 * Judges. O(objects + references), for each time that listing alone uncovers a cycle within a node, too.
 * @throws Error when the survivors are not distinct ids of objects left
 */
export function verify(evidence: Evidence): Verdict {
  const scene = survey(evidence)
  const { graph, left } = scene
  const before = reach(graph, graph.roots, () => true)
  const after = reachLeft(scene)
  const alive = present(evidence.survivors, graph.objects)
  const verdict = { liveBefore: 0, lost: 0, missed: 0, wronglyFreed: 0 }
  const freed: number[] = []
  const garbage: number[] = []
  for (let id = 0; id < graph.objects; id++) {
    verdict.liveBefore += before[id]
    if (left[id] === 0) {
      verdict.lost++
      if (alive[id] === 1) throw new Error(`a survivor on a node that was killed: ${id}`)
      continue
    }
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
    expectedFreedBy: freedBy(scene, after),
    expectedTables: tables(scene, after),
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

/** The graph and what is left of it after the cut and the killings: references, root entries, objects; 1 each. */
interface Scene {
  readonly graph: Graph
  readonly kept: Uint8Array
  readonly keptRoots: Uint8Array
  readonly left: Uint8Array
  /** The node of each object. */
  readonly owners: Uint8Array
}

function survey(evidence: Evidence): Scene {
  const graph = parse(evidence.file)
  const nodeOfObject = nodeOf(evidence, graph.objects)
  const owners = Uint8Array.from({ length: graph.objects }, (_, id) => nodeOfObject(id))
  return {
    graph,
    kept: flags(graph.references, evidence.removedReferences),
    keptRoots: flags(graph.roots.length, evidence.removedRoots),
    left: owners.map((owner) => (evidence.killed.includes(owner) ? 0 : 1)),
    owners,
  }
}

/** 1 for every object that the starts reach along references that are followed. */
function reach(
  graph: Graph,
  starts: Iterable<number>,
  follows: (reference: number, from: number) => boolean,
): Uint8Array {
  const reached = new Uint8Array(graph.objects)
  const queue = new Uint32Array(graph.objects)
  let tail = 0
  const visit = (id: number): void => {
    if (reached[id] === 1) return
    reached[id] = 1
    queue[tail++] = id
  }
  for (const id of starts) visit(id)
  for (let head = 0; head < tail; head++) {
    const id = queue[head]
    for (let index = graph.offsets[id]; index < graph.offsets[id + 1]; index++) {
      if (follows(index, id)) visit(graph.targets[index])
    }
  }
  return reached
}

/** What stays: reached from the roots left, through objects left. */
function reachLeft(scene: Scene): Uint8Array {
  const { graph, kept, left } = scene
  return reach(graph, rootsLeft(scene), (index) => kept[index] === 1 && left[graph.targets[index]] === 1)
}

function rootsLeft({ graph, keptRoots, left }: Scene): Uint32Array {
  return graph.roots.filter((root, entry) => keptRoots[entry] === 1 && left[root] === 1)
}

/** @param live what stays in the end */
function freedBy(scene: Scene, live: Uint8Array): Verdict['expectedFreedBy'] {
  const { graph, left } = scene
  const heldByKilled = new Uint8Array(graph.objects)
  for (let id = 0; id < graph.objects; id++) {
    if (left[id] === 1) continue
    // Also what was cut: it has told nobody that it let go.
    for (let index = graph.offsets[id]; index < graph.offsets[id + 1]; index++) heldByKilled[graph.targets[index]] = 1
  }
  const listed = total(listing(scene, heldByKilled))
  const leased = total(listing(scene, new Uint8Array(graph.objects)))
  return { refcount: total(left) - listed, lease: listed - leased, tracing: leased - total(live) }
}

/**
 * What reference listing leaves, 1 each: every node keeps what its own roots and what others hold reach within it, and holds what that
 * refers to elsewhere; again until nobody lets go of anything more. What nothing refers to goes first, by counting: that is quick, and
 * changes nothing about the outcome.
 */
function listing(scene: Scene, heldByKilled: Uint8Array): Uint8Array {
  const { graph, kept, left, owners } = scene
  const { targets } = graph
  const starts = [...rootsLeft(scene), ...idsOf(heldByKilled).filter((id) => left[id] === 1)]
  const alive = left.slice()
  /** How much keeps each object: references of what is alive, and starts. */
  const counts = new Int32Array(graph.objects)
  const forEachTarget = (id: number, act: (target: number) => void): void => {
    for (let index = graph.offsets[id]; index < graph.offsets[id + 1]; index++) {
      if (kept[index] === 1 && left[targets[index]] === 1) act(targets[index])
    }
  }
  for (const id of starts) counts[id]++
  for (const id of idsOf(left)) forEachTarget(id, (target) => counts[target]++)
  let gone = idsOf(left).filter((id) => counts[id] === 0)
  while (gone.length > 0) {
    for (const id of gone) alive[id] = 0
    for (let id = gone.pop(); id !== undefined; id = gone.pop()) {
      forEachTarget(id, (target) => {
        if (--counts[target] > 0 || alive[target] === 0) return
        alive[target] = 0
        gone.push(target)
      })
    }
    const held: number[] = []
    for (const id of idsOf(alive)) {
      forEachTarget(id, (target) => {
        if (owners[target] !== owners[id]) held.push(target)
      })
    }
    const isLocal = (index: number, from: number): boolean =>
      kept[index] === 1 && owners[targets[index]] === owners[from]
    const reached = reach(graph, [...starts, ...held], isLocal)
    gone = idsOf(alive).filter((id) => reached[id] === 0)
  }
  return alive
}

/** Where the flags are 1. */
function idsOf(flags: Uint8Array): number[] {
  const ids: number[] = []
  for (let id = 0; id < flags.length; id++) if (flags[id] === 1) ids.push(id)
  return ids
}

const total = (flags: Uint8Array): number => flags.reduce((sum, flag) => sum + flag, 0)

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

function tables({ graph, kept, left, owners }: Scene, live: Uint8Array): Verdict['expectedTables'] {
  /** Per object the set of nodes that hold it from outside, a bit each. */
  const holders = new Uint32Array(graph.objects)
  for (let id = 0; id < graph.objects; id++) {
    if (live[id] === 0) continue
    for (let index = graph.offsets[id]; index < graph.offsets[id + 1]; index++) {
      const target = graph.targets[index]
      const isHeld = kept[index] === 1 && left[target] === 1 && owners[target] !== owners[id]
      if (isHeld) holders[target] |= 1 << owners[id]
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
