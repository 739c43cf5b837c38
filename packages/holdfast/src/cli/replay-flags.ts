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
  readonly replaceCoordinator?: true
  readonly cold?: true
  readonly json?: true
}

/** Checks what no option can check alone. @throws UsageError `bad-options` */
export function toReplayOptions(file: string, flags: ReplayFlags): ReplayOptions {
  const { json: _, loss, replaceCoordinator = false, cold = false, ...rest } = flags
  if (loss !== undefined && flags.transport !== 'memory')
    throw new UsageError('bad-options', '--loss is for a network that can lose: add --transport memory')
  if (replaceCoordinator && !flags.collectors.includes('tracing'))
    throw new UsageError('bad-options', '--replace-coordinator needs tracing among the --collectors')
  return { file, loss: loss ?? 0, replaceCoordinator, rehearse: !cold, ...rest }
}
