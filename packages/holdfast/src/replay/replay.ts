/**
 * A replay: spread a real program's heap over nodes, let go of a part, collect, and have the outcome judged by code that
 * shares nothing with what it judges.
 */
import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { GraphClusterOptions } from '@holdfast/worker'
import { CUT_WORDS, type Cut, type CutKind, drawCut } from '../heap-graph/cut.js'
import { readHeapFile } from '../heap-graph/heap-file.js'
import { type HeapGraph, objectCount } from '../heap-graph/heap-graph.js'
import { assignOwners, countOwned, type PartitionKind, partitionGraph } from '../heap-graph/partition.js'
import { releasesOf } from '../heap-graph/release.js'
import { drawVictims } from '../heap-graph/victims.js'
import { COLLECTORS, type Collection, type CollectorName, collect } from './collection.js'
import { milliseconds, number } from './number-format.js'
import type { ReplayResult } from './result.js'
import type { Surroundings } from './surroundings.js'
import { measureV8FullGc } from './v8-full-gc.js'
import { type Verdict, verify } from './verifier.js'
import { withCluster } from './with-cluster.js'

/** What to replay. */
export interface ReplayOptions extends GraphClusterOptions {
  readonly file: string
  readonly partition: PartitionKind
  readonly cut: CutKind
  readonly count: number | 'all'
  /** Of the cut and of all chance in the cluster. */
  readonly seed: number
  readonly collectors: readonly CollectorName[]
  /** How many nodes are killed after the cut. Default: 0. */
  readonly kill?: number
  /** Whether a round is held before the cut. Default: no. */
  readonly settled?: boolean
}

/** A file that is ready to be spread, and what will be cut. */
interface Loaded {
  readonly graph: HeapGraph
  readonly bytes: Uint8Array
  readonly owners: Uint8Array
  readonly cut: Cut
  /** Indexes of the nodes that will be killed. */
  readonly victims: readonly number[]
  readonly loadMs: number
}

/** What was seen of the cluster, which is closed by now. */
interface Observed extends Collection {
  readonly crossReferences: number
  readonly buildMs: number
}

/** Runs a replay. @throws UsageError for a file or a request that makes no sense; the signal's reason when aborted */
export async function replay(options: ReplayOptions, surroundings: Surroundings): Promise<ReplayResult> {
  const { progress, signal } = surroundings
  const loaded = await load(options, surroundings)
  const observed = await run(loaded, { options, surroundings })
  progress.begin('verifying')
  const startedAt = performance.now()
  const verdict = verify({
    file: loaded.bytes,
    partition: options.partition,
    nodes: options.nodes,
    removedReferences: loaded.cut.references,
    removedRoots: loaded.cut.roots,
    killed: loaded.victims,
    survivors: observed.survivors,
  })
  const verifyMs = performance.now() - startedAt
  progress.done(`verified in ${milliseconds(verifyMs)}: ${number(verdict.garbage)} objects had to go`)
  if (options.collectors.length === COLLECTORS.length && !isDeepStrictEqual(observed.freedBy, verdict.expectedFreedBy))
    progress.note(`somebody freed what another had to: ${JSON.stringify(verdict.expectedFreedBy)} was expected`)
  const peakRssBytes = process.resourceUsage().maxRSS * 1024
  progress.begin(`measuring V8's own full GC of the same graph`)
  const v8FullGcMs = await measureV8FullGc(options.file, signal)
  progress.done(`V8's own full GC of the same graph takes ${milliseconds(v8FullGcMs)}`)
  return {
    ...summary(loaded, options),
    ...outcome(observed, verdict),
    timeMs: {
      load: round(loaded.loadMs),
      build: round(observed.buildMs),
      collect: round(observed.collectMs),
      lease: round(observed.leaseMs),
      verify: round(verifyMs),
    },
    v8FullGcMs: round(v8FullGcMs),
    peakRssBytes,
    ok: isRight(observed, verdict),
  }
}

async function load(options: ReplayOptions, { progress, signal }: Surroundings): Promise<Loaded> {
  progress.begin(`reading ${basename(options.file)}`)
  const startedAt = performance.now()
  const { graph, bytes } = await readHeapFile(options.file, (read) => {
    signal?.throwIfAborted()
    progress.update(`reading ${basename(options.file)}: ${number(Math.floor(read / 1e6))} MB`)
  })
  const victims = drawVictims({ nodes: options.nodes, kill: options.kill ?? 0, seed: options.seed })
  const owners = assignOwners(options.partition, objectCount(graph), options.nodes)
  const cut = drawCut(graph, { kind: options.cut, count: options.count, seed: options.seed })
  const loadMs = performance.now() - startedAt
  progress.done(
    `read ${basename(options.file)} in ${milliseconds(loadMs)}: ${number(objectCount(graph))} objects, ` +
      `${number(graph.targets.length)} references, ${number(graph.roots.length)} root entries`,
  )
  if (cut.drawn < cut.requested)
    progress.note(
      `the draw was given up: ${number(cut.drawn)} of ${number(cut.requested)} ${CUT_WORDS[options.cut]} found in ` +
        `${number(400 * cut.requested + 1000)} draws; going on with those`,
    )
  return { graph, bytes, owners, cut, victims, loadMs }
}

async function run(
  { graph, owners, cut, victims }: Loaded,
  { options, surroundings }: { options: ReplayOptions; surroundings: Surroundings },
): Promise<Observed> {
  const { progress } = surroundings
  const where = options.transport === 'memory' ? 'nodes in this thread' : 'worker threads'
  progress.begin(`spreading the graph over ${options.nodes} ${where}`)
  const startedAt = performance.now()
  return withCluster(surroundings, options, async (cluster) => {
    const { partitions, crossReferences } = partitionGraph(graph, owners, options.nodes)
    await cluster.load(partitions)
    const buildMs = performance.now() - startedAt
    progress.done(
      `spread over ${options.nodes} ${where} in ${milliseconds(buildMs)}: ${number(crossReferences)} references cross`,
    )
    if (options.settled === true) {
      progress.begin('holding a round while all is live')
      const { suspects, condemned } = await cluster.collectCycles()
      progress.done(`a round while all is live: ${number(suspects)} suspects, ${number(condemned)} of them garbage`)
    }
    const killing = victims.length === 0 ? '' : `, killing ${victims.length} of the nodes`
    progress.begin(`letting go of ${number(cut.drawn)} ${CUT_WORDS[options.cut]}${killing} and collecting`)
    const collection = await collect(cluster, {
      releases: releasesOf(graph, owners, { ...cut, nodes: options.nodes }),
      collectors: options.collectors,
      objects: objectCount(graph),
      ...(victims.length === 0 ? {} : { kill: { nodes: victims, objects: countOwned(owners, victims) } }),
      replaceCoordinator: options.replaceCoordinator === true,
    })
    progress.done(collected(collection, victims))
    if (collection.missing.length > 0)
      progress.note(`no report came from ${collection.missing.join(', ')} in some round: what they hold stays`)
    if (collection.alarms > 0)
      progress.note(`${number(collection.alarms)} sweeps were refused because a stamp had moved: that must not happen`)
    return { ...collection, crossReferences, buildMs }
  })
}

function collected({ collectMs, leaseMs, freedBy }: Collection, victims: readonly number[]): string {
  const { refcount, lease, tracing } = freedBy
  const waited = victims.length === 0 ? '' : ` and ${milliseconds(leaseMs)} of leases`
  const byLease = victims.length === 0 ? '' : `${number(lease)} by leases, `
  return (
    `collected in ${milliseconds(collectMs)}${waited}: ${number(refcount)} freed by reference listing, ` +
    `${byLease}${number(tracing)} by tracing`
  )
}

function summary({ graph, cut, victims }: Loaded, { nodes, partition, cut: kind, seed }: ReplayOptions) {
  return {
    objects: objectCount(graph),
    references: graph.targets.length,
    roots: graph.roots.length,
    nodes,
    partition,
    cut: kind,
    count: cut.drawn,
    seed,
    killed: victims,
  }
}

function outcome(observed: Observed, verdict: Verdict) {
  return {
    crossReferences: observed.crossReferences,
    liveBefore: verdict.liveBefore,
    lost: verdict.lost,
    garbage: verdict.garbage,
    freedBy: observed.freedBy,
    missed: verdict.missed,
    wronglyFreed: verdict.wronglyFreed,
    fingerprint: verdict.fingerprint,
    tables: { ...observed.tables, expected: verdict.expectedTables },
    rounds: observed.rounds,
    messages: observed.messages,
    bytes: observed.bytes,
  }
}

/** Whether exactly the right objects went, the tables hold exactly what is live, and no alarm was raised. */
export function isRight({ tables, alarms }: Collection, verdict: Verdict): boolean {
  const { expectedTables: expected } = verdict
  return (
    verdict.missed === 0 &&
    verdict.wronglyFreed === 0 &&
    verdict.fingerprint === verdict.expectedFingerprint &&
    tables.exports === expected.exports &&
    tables.imports === expected.imports &&
    tables.pins === expected.pins &&
    alarms === 0
  )
}

/** Tenths of a millisecond are all that means anything. */
const round = (ms: number): number => Math.round(ms * 10) / 10
