/** A run: everything about it follows from its seed. */
import { ALL_RULES, HoldfastError, Random, type Rule, type Rules } from '@holdfast/core'
import { rulesWithout } from '@holdfast/core/unsafe-rules'
import type { Action } from './action.js'
import { CHECKERS } from './checkers/all.js'
import type { Stress } from './choices.js'
import { Chooser } from './chooser.js'
import type { Coverage } from './coverage.js'
import { end } from './ending.js'
import { gambitsAgainst } from './gambits/all.js'
import { Stage } from './stage.js'
import { Violation } from './violation.js'
import { findWorkload, SHARES, WORKLOADS } from './workloads/all.js'
import { bulkDrop } from './workloads/bulk-drop.js'
import { gambits } from './workloads/gambits.js'
import { misbehavingPeer } from './workloads/misbehaving-peer.js'
import type { Workload } from './workloads/workload.js'
import { World } from './world.js'
import type { WorldOptions, WorldStats } from './world-options.js'

export interface RunOptions {
  readonly seed: number
  /** Drawn from the seed when left out. */
  readonly workload?: string
  /** Nodes that hold objects, 2 to 6; drawn from the seed when left out. */
  readonly nodes?: number
  /** Default 150. */
  readonly steps?: number
  /** Rules to switch off. */
  readonly without?: readonly Rule[]
}

/** What a run's world is like: with the actions, everything there is to a run. */
export type Plan = Omit<WorldOptions, 'rules' | 'checkers'> & {
  readonly workload: string
  readonly without: readonly Rule[]
}

export interface RunResult {
  readonly plan: Plan
  /** What was violated, or null. */
  readonly violation: string | null
  readonly actions: readonly Action[]
  readonly coverage: Readonly<Coverage>
  readonly stats: Readonly<WorldStats>
}

const NAMES = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank']
const JUDGES = ['judge', 'jury']
const DEFAULT_STEPS = 150
/** Short, so that whole lifetimes of leases fit into a run. */
const LEASE = { term: 300, drift: 0.01 }
/** One run in so many encodes its messages. */
const ENCODING = 16
/** In one run in so many nobody proves gifts: there other rules must do without. */
const NOT_PROVING = 4
/** In one run in so many reports go in parts of so many bytes: else nearly all are too short to be cut. */
const IN_PARTS = 3
const SHORT_PART_BYTES = 24

/** Each workload as often as its share says. */
const DRAWN = WORKLOADS.flatMap((workload) => Array.from({ length: SHARES[workload.name] }, () => workload))

const rulesOf = (without: readonly Rule[]): Rules => (without.length === 0 ? ALL_RULES : rulesWithout(...without))

/** What plans said nothing of once. */
const PLAINEST = { durable: false, answers: false, maxUnackedBytes: null, proves: false }

/** A world as a plan says. */
export function createWorld(plan: Plan): World {
  return new World({ ...PLAINEST, ...plan, rules: rulesOf(plan.without), checkers: CHECKERS })
}

/** Runs one seed. */
export function runSeed(options: RunOptions): RunResult {
  const random = new Random(Math.imul(options.seed, 2654435761) + 1)
  const workload =
    options.workload === undefined ? drawWorkload(random, options.without ?? []) : findWorkload(options.workload)
  const plan = drawPlan(random, options, workload)
  const stress = drawStress(random, plan, workload.never ?? [])
  const stage = new Stage(createWorld(plan), random)
  const violation = violationOf(() => {
    stage.settle()
    workload.prepare(stage)
    const chooser = new Chooser(stage, workload, stress)
    stage.elsewhere = () => chooser.step()
    const steps = Math.ceil((options.steps ?? DEFAULT_STEPS) * (workload.stepsShare ?? 1))
    for (let step = 0; step < steps; step++) chooser.step()
    end(stage.world)
  })
  return { plan, violation, actions: stage.actions, coverage: stage.coverage, stats: stage.world.stats }
}

/** Does what a run did, or a part of it, and ends. */
export function replay(plan: Plan, actions: readonly Action[]): RunResult {
  const stage = new Stage(createWorld(plan), new Random(1))
  const violation = violationOf(() => {
    for (const action of actions) stage.do(action)
    end(stage.world)
  })
  return { plan, violation, actions: stage.actions, coverage: stage.coverage, stats: stage.world.stats }
}

/** What was violated. Any error of Holdfast's own that comes out of a run is a violation, too. */
export function violationOf(run: () => void): string | null {
  try {
    run()
    return null
  } catch (error) {
    if (error instanceof Violation) return error.message
    if (error instanceof HoldfastError) return `no-error: ${error.name} ${error.message} ${JSON.stringify(error.data)}`
    throw error
  }
}

/** One that attacks what is missing, every other time, where there is one. */
function drawWorkload(random: Random, without: readonly Rule[]): Workload {
  const attacks = without.length > 0 && gambitsAgainst(rulesOf(without)).length > 0
  return attacks && random.chance(0.5) ? gambits : random.pick(DRAWN)
}

function drawPlan(random: Random, { seed, nodes, without }: RunOptions, workload: Workload): Plan {
  const { casts = false, name } = workload
  const count = nodes ?? random.pick(casts ? [3, 3, 4] : [2, 3, 3, 3, 4])
  const coordinators = random.pick(casts ? [1, 1, 2] : [0, 1, 1, 1, 2])
  // A message counts for 37 bytes, where it is not encoded.
  const maxUnackedBytes = random.chance(0.1) ? random.pick([300, 600, 1200]) : null
  const names = name === misbehavingPeer.name ? [...NAMES.slice(0, count), 'mallory'] : NAMES.slice(0, count)
  return {
    seed,
    workload: name,
    nodes: names,
    judges: JUDGES.slice(0, coordinators),
    lease: LEASE,
    reliable: random.chance(0.6),
    reclaims: random.chance(0.5),
    promptFinalizers: random.chance(0.3),
    partialReports: random.chance(casts ? 0.1 : 0.3),
    encodes: maxUnackedBytes === null && random.below(ENCODING) === 0,
    durable: random.chance(0.15),
    answers: random.chance(0.3),
    maxUnackedBytes,
    // A report of 100,000 objects is long enough as it is.
    reportPartBytes: seed % IN_PARTS === 0 && name !== bulkDrop.name ? SHORT_PART_BYTES : null,
    proves: seed % NOT_PROVING !== 0,
    without: without ?? [],
  }
}

function drawStress(random: Random, plan: Plan, never: readonly string[]): Stress {
  const isFaulty = random.chance(0.85) && !never.includes('faulty')
  return {
    isFaulty,
    isLossy: !plan.reliable,
    isDurable: plan.durable,
    answers: plan.answers,
    cycles: random.chance(0.4),
    gifts: random.chance(0.4),
    links: isFaulty && random.chance(0.4),
    absences: isFaulty && random.chance(0.2),
    clocks: isFaulty && random.chance(0.06),
  }
}
