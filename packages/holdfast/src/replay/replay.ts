/**
 * A replay: spread a real program's heap over nodes, let go of a part, collect, and have the outcome judged by code that
 * shares nothing with what it judges.
 */
import { basename } from 'node:path'
import type { GraphClusterOptions } from '@holdfast/worker'
import { CUT_WORDS, type Cut, type CutKind, drawCut } from '../heap-graph/cut.js'
import { type HeapGraph, objectCount } from '../heap-graph/heap-graph.js'
import { assignOwners, type PartitionKind, partitionGraph } from '../heap-graph/partition.js'
import { releasesOf } from '../heap-graph/release.js'
import { readHeapFile } from '../heap-graph/rhg.js'
import { type Collection, type CollectorName, collect } from './collection.js'
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
}

/** A file that is ready to be spread, and what will be cut. */
interface Loaded {
  readonly graph: HeapGraph
  readonly bytes: Uint8Array
  readonly owners: Uint8Array
  readonly cut: Cut
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
    survivors: observed.survivors,
  })
  const verifyMs = performance.now() - startedAt
  progress.done(`verified in ${milliseconds(verifyMs)}: ${number(verdict.garbage)} objects had to go`)
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
      verify: round(verifyMs),
    },
    v8FullGcMs: round(v8FullGcMs),
    peakRssBytes,
    ok: isRight(observed, verdict),
  }
}

async function load(options: ReplayOptions, { progress }: Surroundings): Promise<Loaded> {
  progress.begin(`reading ${basename(options.file)}`)
  const startedAt = performance.now()
  const { graph, bytes } = await readHeapFile(options.file)
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
  return { graph, bytes, owners, cut, loadMs }
}

async function run(
  { graph, owners, cut }: Loaded,
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
    progress.begin(`letting go of ${number(cut.drawn)} ${CUT_WORDS[options.cut]} and collecting`)
    const collection = await collect(cluster, {
      releases: releasesOf(graph, owners, { ...cut, nodes: options.nodes }),
      collectors: options.collectors,
      objects: objectCount(graph),
      replaceCoordinator: options.replaceCoordinator === true,
    })
    progress.done(
      `collected in ${milliseconds(collection.collectMs)}: ${number(collection.freedBy.refcount)} freed by reference ` +
        `listing, ${number(collection.freedBy.tracing)} by tracing`,
    )
    if (collection.missing.length > 0)
      progress.note(`no report came from ${collection.missing.join(', ')} in some round: what they hold stays`)
    if (collection.alarms > 0)
      progress.note(`${number(collection.alarms)} sweeps were refused because a stamp had moved: that must not happen`)
    return { ...collection, crossReferences, buildMs }
  })
}

function summary({ graph, cut }: Loaded, { nodes, partition, cut: kind, seed }: ReplayOptions) {
  return {
    objects: objectCount(graph),
    references: graph.targets.length,
    roots: graph.roots.length,
    nodes,
    partition,
    cut: kind,
    count: cut.drawn,
    seed,
  }
}

function outcome(observed: Observed, verdict: Verdict) {
  return {
    crossReferences: observed.crossReferences,
    liveBefore: verdict.liveBefore,
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
