/** Where the time of a CPU profile went, by the function that was at the top of the stack. */

/** What V8 writes with `--cpu-prof`, as far as it is read here. Times are µs. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export interface HotFunction {
  readonly name: string
  /** File and line, or nothing for V8 itself. */
  readonly place: string
  /** Of the time that the process was not idle. */
  readonly share: number
}

/** The busiest first. O(samples). */
export function hotFunctions({ nodes, samples, timeDeltas }: CpuProfile, limit: number): HotFunction[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const times = new Map<string, { name: string; place: string; us: number }>()
  let total = 0
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id)
    if (frame === undefined || frame.functionName === '(idle)') continue
    const us = timeDeltas[index] ?? 0
    const place = frame.url === '' ? '' : `${frame.url.split('/').slice(-3).join('/')}:${frame.lineNumber + 1}`
    const name = frame.functionName || '(anonymous)'
    const key = `${name} ${place}`
    const known = times.get(key)
    if (known === undefined) times.set(key, { name, place, us })
    else known.us += us
    total += us
  }
  return [...times.values()]
    .sort((a, b) => b.us - a.us)
    .slice(0, limit)
    .map(({ name, place, us }) => ({ name, place, share: us / total }))
}
