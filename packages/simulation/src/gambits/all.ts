import type { Rules } from '@holdfast/core'
import type { Gambit } from './gambit.js'
import { lifetimeGambits } from './lifetimes.js'
import { quarantineGambits } from './quarantines.js'
import { reconcileGambits } from './reconciles.js'
import { reportGambits } from './reports.js'

export const GAMBITS: readonly Gambit[] = [
  ...reportGambits,
  ...reconcileGambits,
  ...quarantineGambits,
  ...lifetimeGambits,
]

/** The gambits that show what is wrong where rules are off; none where chance alone does. */
export const gambitsAgainst = (rules: Rules): readonly Gambit[] =>
  GAMBITS.filter(({ attacks }) => attacks.some((rule) => !rules.on(rule)))
