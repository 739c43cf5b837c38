/** Whether memory stays flat: what each process needs after each check, when nothing is left but what is held. */
export interface MemorySample {
  readonly rss: number
  readonly heapUsed: number
  readonly external: number
}

export interface MemoryTrend {
  readonly samples: number
  /** Bytes: the median of the first and of the last third, after the warm-up. */
  readonly heap: readonly [first: number, last: number]
  readonly rss: readonly [first: number, last: number]
  readonly isFlat: boolean
}

/** Fewer say nothing. */
const LEAST_SAMPLES = 9
/** The first samples, while code is compiled and pools grow. */
const WARM_UP_SHARE = 0.25
const MIB = 1 << 20
/** What may be added without being a leak: the greater of both. */
const HEAP = { bytes: 3 * MIB, share: 0.1 }
const RSS = { bytes: 32 * MIB, share: 0.25 }

/** @returns null when there are too few samples */
export function trendOf(samples: readonly MemorySample[]): MemoryTrend | null {
  if (samples.length < LEAST_SAMPLES) return null
  const warm = samples.slice(Math.floor(samples.length * WARM_UP_SHARE))
  const third = Math.floor(warm.length / 3)
  const ends = (of: (sample: MemorySample) => number) =>
    [median(warm.slice(0, third).map(of)), median(warm.slice(-third).map(of))] as const
  const heap = ends(({ heapUsed, external }) => heapUsed + external)
  const rss = ends((sample) => sample.rss)
  return { samples: samples.length, heap, rss, isFlat: isFlat(heap, HEAP) && isFlat(rss, RSS) }
}

const isFlat = ([first, last]: readonly [number, number], { bytes, share }: typeof HEAP): boolean =>
  last - first <= Math.max(bytes, first * share)

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
