/** The curves of the scale mode: what each varies, and what is measured at each point. Plain data, so that it crosses processes. */
import { type HubParameters, type HubResult, runHub } from './hub.js'
import { type LiveParameters, type LiveResult, runLive } from './live.js'
import { type NodesParameters, type NodesResult, runNodes } from './nodes.js'
import { type PingParameters, type PingResult, runPings } from './pings.js'
import { type RingParameters, type RingResult, runRing } from './rings.js'

interface Curves {
  /** More and more nodes, the same suspects on each. */
  nodes: { parameters: NodesParameters; result: NodesResult }
  /** More and more suspects on each of the same nodes. */
  suspects: { parameters: NodesParameters; result: NodesResult }
  live: { parameters: LiveParameters; result: LiveResult }
  rings: { parameters: RingParameters; result: RingResult }
  pings: { parameters: PingParameters; result: PingResult }
  hub: { parameters: HubParameters; result: HubResult }
}

export type CurveName = keyof Curves

export type Scenario = { [Name in CurveName]: { readonly curve: Name } & Curves[Name]['parameters'] }[CurveName]

/** A scenario and what came of it. */
export type Point = {
  [Name in CurveName]: {
    readonly scenario: { readonly curve: Name } & Curves[Name]['parameters']
    readonly result: Curves[Name]['result']
  }
}[CurveName]

/** A point of one curve. */
export type PointOf<Name extends CurveName> = Extract<Point, { readonly scenario: { readonly curve: Name } }>

/** @throws Violation when anything is lost, or left */
export function runScenario<Name extends CurveName>(
  scenario: { readonly curve: Name } & Curves[Name]['parameters'],
): PointOf<Name>
export function runScenario(scenario: Scenario): Point
export function runScenario(scenario: Scenario): Point {
  switch (scenario.curve) {
    case 'nodes':
      return { scenario, result: runNodes(scenario) }
    case 'suspects':
      return { scenario, result: runNodes(scenario) }
    case 'live':
      return { scenario, result: runLive(scenario) }
    case 'rings':
      return { scenario, result: runRing(scenario) }
    case 'pings':
      return { scenario, result: runPings(scenario) }
    case 'hub':
      return { scenario, result: runHub(scenario) }
  }
}

/** The points of one curve, in the order in which they were measured. */
export function pointsOf<Name extends CurveName>(points: readonly Point[], curve: Name): PointOf<Name>[] {
  return points.filter((point): point is PointOf<Name> => point.scenario.curve === curve)
}

/** A scenario in a few words, for progress. */
export function nameOf({ curve, ...parameters }: Scenario): string {
  const counts = Object.entries(parameters).map(([name, count]) => `${count.toLocaleString('en-US')} ${name}`)
  return `${curve}: ${counts.join(', ')}`
}
