/** Runs scenarios one after another and says how far it is. */
import type { Point, Scenario } from '../scenarios/scenario.js'
import { nameOf } from '../scenarios/scenario.js'
import { describeMachine } from './machine.js'
import { FORMAT, type Measurements } from './measurements.js'
import { runInChild } from './run-in-child.js'

export interface MeasureOptions {
  /** Whether this is the whole plan. */
  readonly isWhole: boolean
  /** Gets a line for each scenario. */
  readonly progress: (line: string) => void
}

/** @throws Error when a scenario fails */
export async function measureAll(plan: readonly Scenario[], options: MeasureOptions): Promise<Measurements> {
  const points: Point[] = []
  const startedAt = performance.now()
  for (const [place, scenario] of plan.entries()) {
    const before = performance.now()
    // One at a time: they would take each other's processor.
    points.push(await runInChild(scenario))
    const seconds = ((performance.now() - before) / 1000).toFixed(1).padStart(6)
    options.progress(`${String(place + 1).padStart(2)}/${plan.length} ${seconds} s  ${nameOf(scenario)}`)
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  return { format: FORMAT, isWhole: options.isWhole, machine: describeMachine(), seconds, points }
}
