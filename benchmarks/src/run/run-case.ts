import { assert } from '@holdfast/core'
import type { Case, Measurement, Sample } from '../suite.js'
import { type ChildOptions, VariantChild } from './variant-child.js'

export interface RunOptions extends ChildOptions {
  /** One line for whoever waits. */
  readonly progress: (line: string) => void
}

/** Runs a case: its variants take turns, in changing order. @throws Error when a variant fails */
export async function runCase(suite: string, given: Case, options: RunOptions): Promise<Measurement[]> {
  const children: VariantChild[] = []
  try {
    for (const variant of Object.keys(given.variants)) {
      options.progress(`${given.name}: starting ${variant}`)
      children.push(await VariantChild.start({ suite, case: given.name, variant }, options))
    }
    const samples = await takeTurns(given, children, options)
    for (const child of children) await child.end()
    return measurementsOf(given, samples)
  } finally {
    for (const child of children) child.kill()
  }
}

/** @returns the rounds that count, each the variants' samples by name */
async function takeTurns(
  { name, rounds, warmups = 1, beside }: Case,
  children: readonly VariantChild[],
  { progress }: RunOptions,
): Promise<Map<string, Sample>[]> {
  const counted: Map<string, Sample>[] = []
  for (let round = -warmups; round < rounds; round++) {
    progress(round < 0 ? `${name}: warming up` : `${name}: round ${round + 1} of ${rounds}`)
    const inOrder = round % 2 === 0 ? children : children.toReversed()
    const samples = await (beside === undefined ? oneByOne(inOrder) : pairByPair(inOrder, beside, round % 2 === 0))
    if (round >= 0) counted.push(samples)
  }
  return counted
}

async function oneByOne(children: readonly VariantChild[]): Promise<Map<string, Sample>> {
  const samples = new Map<string, Sample>()
  for (const child of children) samples.set(child.name, await child.round())
  return samples
}

/** @param isFirst whether the one that is measured anew goes first: who does changes, so that a machine that slows down slows both */
async function pairByPair(
  children: readonly VariantChild[],
  beside: string,
  isFirst: boolean,
): Promise<Map<string, Sample>> {
  const limit = children.find(({ name }) => name === beside)
  assert(limit !== undefined, 'what others are measured beside is a variant', { beside })
  const samples = new Map<string, Sample>()
  for (const child of children.filter((other) => other !== limit)) {
    const before = isFirst ? await limit.round() : null
    samples.set(child.name, await child.round())
    const sample = before ?? (await limit.round())
    samples.set(pairName(beside, child.name), sample)
    samples.set(beside, sample)
  }
  return samples
}

const pairName = (beside: string, variant: string): string => `${beside}, beside ${variant}`

/** One for each metric that a variant measures, and one for each variant that it is divided by. */
export function measurementsOf(given: Case, rounds: readonly ReadonlyMap<string, Sample>[]): Measurement[] {
  return Object.keys(given.variants).flatMap((variant) =>
    Object.keys(rounds[0]?.get(variant) ?? {}).flatMap((metric): Measurement[] => {
      assert(Object.hasOwn(given.metrics, metric), 'a case declares what its variants measure', { metric })
      const { unit, better, ratioTo = [] } = given.metrics[metric]
      const valuesOf = (name: string): (number | null)[] => rounds.map((samples) => samples.get(name)?.[metric] ?? null)
      const values = valuesOf(variant)
      const divisorsOf = (to: string): (number | null)[] =>
        valuesOf(rounds[0].has(pairName(to, variant)) ? pairName(to, variant) : to)
      const row = { case: given.name, variant, metric, unit, better, values }
      const divided = ratioTo.filter((to) => to !== variant && Object.hasOwn(given.variants, to))
      return [
        { ...row, ratioTo: null, ratios: [] },
        ...divided.map((to) => ({ ...row, ratioTo: to, ratios: divide(values, divisorsOf(to)) })),
      ]
    }),
  )
}

/** Round by round, where there is something to divide and to divide by. */
function divide(values: readonly (number | null)[], by: readonly (number | null)[]): number[] {
  return values.flatMap((value, round) => {
    const divisor = by[round]
    return value === null || divisor === null || divisor === 0 ? [] : [value / divisor]
  })
}
