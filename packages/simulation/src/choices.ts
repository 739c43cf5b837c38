/**
 * What can be chosen, and how often: weights are drawn anew for each run, so that each is full of something else and lacks
 * something. The proportions are those of the protocol's executable model.
 */
import type { Random } from '@holdfast/core'

/** What happens to every cluster. */
const USUAL = {
  send: 26,
  publish: 2,
  refer: 7,
  unrefer: 3,
  'let-go': 9,
  create: 2,
  own: 0,
  answer: 10,
  deliver: 30,
  coordinate: 5,
  collect: 6,
  finalize: 8,
  report: 8,
  'report-late': 1.5,
  judge: 4,
  'begin-round': 0.7,
  tick: 6,
  'pass-little': 2,
  'stand-still': 1,
} as const

/** What happens to unlucky ones. */
const FAULTS = {
  reorder: 2,
  duplicate: 2,
  lose: 2,
  'late-frame': 1,
  block: 1,
  unblock: 1.5,
  connect: 5,
  link: 0.7,
  reset: 2,
  notice: 2,
  garble: 0.7,
  stall: 1,
  wake: 2,
  crash: 0.7,
  restart: 1.2,
  pause: 0.6,
  resume: 2,
  'stand-long': 1.2,
  'pass-long': 0.08,
  repeat: 1,
  fail: 1.5,
  'go-down': 0.8,
  jump: 1,
} as const

const HOSTILE = { forge: 0 } as const

const ALL = { ...USUAL, ...FAULTS, ...HOSTILE }

/** A kind of choice; several may lead to the same kind of action. */
export type Choice = keyof typeof ALL

/** What a run stresses. */
export interface Stress {
  readonly isFaulty: boolean
  readonly isLossy: boolean
  readonly isDurable: boolean
  readonly answers: boolean
  /** Cycles and reports, gifts, links: each three times as much as usual. */
  readonly cycles: boolean
  readonly gifts: boolean
  readonly links: boolean
  /** Whole quarantines pass while most nodes work on, and some cannot: slow, and what leases are about. */
  readonly absences: boolean
  /** Clocks do what no drift explains. */
  readonly clocks: boolean
}

const CYCLE_CHOICES: readonly Choice[] = ['report', 'report-late', 'judge', 'begin-round', 'coordinate']
const LINK_CHOICES: readonly Choice[] = ['reset', 'connect', 'notice', 'garble', 'stand-long', 'late-frame', 'block']
const ABSENCE_CHOICES: readonly Choice[] = ['block', 'stall', 'pause', 'wake', 'resume', 'notice', 'go-down']
const LOSSY_CHOICES: readonly Choice[] = ['reorder', 'duplicate', 'lose']
const DURABLE_CHOICES: readonly Choice[] = ['fail', 'go-down']

/** What is stressed is so many times as frequent. */
const STRESSED = 3
/** The weight of long times in runs that are about absences. */
const LONG_PASSES = 2

/** What goes wrong, by chance or by somebody's will. */
export type FaultChoice = keyof typeof FAULTS | keyof typeof HOSTILE

/** Draws the weights of a run; what has none is left out. @param usual weights in place of the usual ones */
export function drawWeights(
  random: Random,
  { stress, usual }: { readonly stress: Stress; readonly usual: Partial<Readonly<Record<Choice, number>>> },
): [Choice, number][] {
  const drawn: [Choice, number][] = []
  for (const [choice, weight] of Object.entries({ ...ALL, ...usual }) as [Choice, number][]) {
    if (!isPossible(choice, stress)) continue
    const share = random.pick(weight < 4 ? [0, 0.5, 1, 3] : [0.3, 1, 1, 3])
    const isLong = stress.absences && choice === 'pass-long'
    const total = isLong ? LONG_PASSES : weight * share * (isStressed(choice, stress) ? STRESSED : 1)
    if (total > 0) drawn.push([choice, total])
  }
  return drawn
}

function isPossible(choice: Choice, { isFaulty, isLossy, isDurable, answers, clocks }: Stress): boolean {
  if (LOSSY_CHOICES.includes(choice)) return isLossy
  if (choice === 'answer') return answers
  if (choice === 'jump') return clocks
  if (DURABLE_CHOICES.includes(choice)) return isFaulty && isDurable
  return isFaulty || !(choice in FAULTS)
}

function isStressed(choice: Choice, { absences, cycles, links }: Stress): boolean {
  return (
    (cycles && CYCLE_CHOICES.includes(choice)) ||
    (links && LINK_CHOICES.includes(choice)) ||
    (absences && ABSENCE_CHOICES.includes(choice))
  )
}
