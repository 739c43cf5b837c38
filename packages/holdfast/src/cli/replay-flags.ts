import { UsageError } from '@holdfast/core'
import type { GraphClusterOptions } from '@holdfast/worker'
import type { CutKind } from '../heap-graph/cut.js'
import type { PartitionKind } from '../heap-graph/partition.js'
import type { CollectorName } from '../replay/collection.js'
import type { ReplayOptions } from '../replay/replay.js'

/** What commander makes of the options of `replay`. */
export interface ReplayFlags {
  readonly nodes: number
  readonly partition: PartitionKind
  readonly cut: CutKind
  readonly count: number | 'all'
  readonly seed: number
  readonly graph: GraphClusterOptions['graph']
  readonly collectors: readonly CollectorName[]
  readonly transport: GraphClusterOptions['transport']
  readonly loss?: number
  readonly coordinator?: number
  readonly replaceCoordinator?: true
  readonly kill: number
  readonly leaseTerm?: number
  readonly cold?: true
  readonly settled?: true
  readonly json?: true
}

/** Where worker threads are killed, nobody wants to wait for a minute; a busy machine may not keep a thread waiting for longer. */
const KILL_TERM_MS = 500
/** Worker threads of a process share its clock; a hundredth is for the sake of the form. */
const DRIFT = 0.01

/** A lost frame is sent again after 200 ms, then after twice that, and so on: this leaves room for four attempts. */
const MIN_LOSSY_TERM_MS = 3000

/** Checks what no option can check alone. @throws UsageError `bad-options` */
export function toReplayOptions(file: string, flags: ReplayFlags): ReplayOptions {
  const { json: _, loss, replaceCoordinator = false, cold = false, settled = false, leaseTerm, ...rest } = flags
  if (loss !== undefined && flags.transport !== 'memory')
    throw new UsageError('bad-options', '--loss is for a network that can lose: add --transport memory')
  if (replaceCoordinator && !flags.collectors.includes('tracing'))
    throw new UsageError('bad-options', '--replace-coordinator needs tracing among the --collectors')
  if (settled && (replaceCoordinator || !flags.collectors.includes('tracing')))
    throw new UsageError(
      'bad-options',
      '--settled needs tracing among the --collectors, and its coordinator to the end',
    )
  if (flags.kill >= flags.nodes)
    throw new UsageError(
      'bad-options',
      `--kill ${flags.kill} leaves none of ${flags.nodes} nodes: kill fewer, or add --nodes`,
    )
  if (flags.coordinator !== undefined && flags.coordinator >= flags.nodes)
    throw new UsageError(
      'bad-options',
      `--coordinator ${flags.coordinator} is none of the nodes 0 to ${flags.nodes - 1}`,
    )
  if (leaseTerm !== undefined && (loss ?? 0) > 0 && leaseTerm < MIN_LOSSY_TERM_MS)
    throw new UsageError(
      'bad-options',
      `--lease-term ${leaseTerm} is over before lost frames are sent again: ${MIN_LOSSY_TERM_MS} at least with --loss`,
    )
  const lease = leaseOf(flags)
  return {
    file,
    loss: loss ?? 0,
    replaceCoordinator,
    rehearse: !cold,
    settled,
    ...(lease === null ? {} : { lease }),
    ...rest,
  }
}

/** Null for the default of the transport: in memory, where time costs nothing, that is right for killing, too. */
function leaseOf({ leaseTerm, kill, transport }: ReplayFlags): NonNullable<ReplayOptions['lease']> | null {
  const term = leaseTerm ?? (kill > 0 && transport === 'message-port' ? KILL_TERM_MS : null)
  return term === null ? null : { term, drift: DRIFT }
}
