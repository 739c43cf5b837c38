/** A run that failed once, kept as a file: with the rule off it must fail in the same way, with all rules pass. */
import { RULES, type Rule, UsageError } from '@holdfast/core'
import type { Action } from './action.js'
import type { Plan } from './run.js'
import { checkerOf, type Shrunk } from './shrink.js'
import { transcript } from './transcript.js'

export interface Regression {
  readonly name: string
  /** What was violated, and by which checker it was seen. */
  readonly violation: string
  /** The rules without which it fails; none for a fault of the collector that was mended since. */
  readonly without: readonly Rule[]
  readonly plan: Plan
  readonly actions: readonly Action[]
  /** For the reader. */
  readonly transcript: readonly string[]
}

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/

/** @throws UsageError `bad-name` */
export function toRegression(name: string, { plan, actions, violation }: Shrunk): Regression {
  if (!NAME.test(name)) throw new UsageError('bad-name', `a regression's name is kebab-case, not '${name}'`)
  const lines = transcript(plan, actions).filter((line) => line.trim() !== '')
  return { name, violation, without: plan.without, plan, actions, transcript: lines }
}

/** Reads what a file held. @throws UsageError `bad-regression` */
export function parseRegression(text: string): Regression {
  const value: unknown = JSON.parse(text)
  const regression = value as Regression
  const isKnown = (rule: string): boolean => RULES.some((known) => known === rule)
  if (!Array.isArray(regression.actions) || !regression.without.every(isKnown)) {
    throw new UsageError('bad-regression', `this is no regression: ${regression.name}`)
  }
  return regression
}

/** The checker that saw it. */
export const seenBy = (regression: Regression): string => checkerOf(regression.violation)
