import type { Entry, Figures } from './history.js'

/**
 * A figure may get worse by so much, in terms of the accepted one, before it counts: what runs of the same code differ by on a
 * machine that does other things, too. Interleaved rounds keep it this low.
 */
export const NOISE = 0.3

/** A figure that got worse by more than noise. */
export interface Regression {
  readonly name: string
  readonly before: number
  readonly now: number
  /** By how much it is worse: 1 for twice the time or half the rate. */
  readonly worse: number
}

export interface Comparison {
  readonly regressions: readonly Regression[]
  /** Accepted once, and not measured any more. */
  readonly gone: readonly string[]
}

/** The worst first. Figures that are new are nobody's regression. */
export function compareEntries(accepted: Entry, entry: Entry): Comparison {
  const regressions = [
    ...worsened(accepted.ratios.more, entry.ratios.more, (before, now) => before / now - 1),
    ...worsened(accepted.ratios.less, entry.ratios.less, (before, now) => now / before - 1),
  ]
  const isThere = (name: string): boolean =>
    Object.hasOwn(entry.ratios.more, name) || Object.hasOwn(entry.ratios.less, name)
  const names = [...Object.keys(accepted.ratios.more), ...Object.keys(accepted.ratios.less)]
  return {
    regressions: regressions.sort((a, b) => b.worse - a.worse),
    gone: names.filter((name) => !isThere(name)),
  }
}

function worsened(before: Figures, now: Figures, worse: (before: number, now: number) => number): Regression[] {
  return Object.entries(before)
    .filter(([name]) => Object.hasOwn(now, name))
    .map(([name, value]) => ({ name, before: value, now: now[name], worse: worse(value, now[name]) }))
    .filter((each) => each.worse > NOISE)
}

/** The last accepted run of the same size, before the one given where that is in the list. */
export function lastAccepted(entries: readonly Entry[], entry: Entry): Entry | null {
  return entries.findLast((each) => each !== entry && each.accepted && each.quick === entry.quick) ?? null
}
