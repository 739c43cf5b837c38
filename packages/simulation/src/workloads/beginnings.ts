/** How workloads begin: objects on each node, known to the others, tied together over node borders. */
import type { Label, NodeName } from '../action.js'
import type { Stage } from '../stage.js'
import { Held, thingOf } from '../thing.js'

/** An object and where it lives. */
export interface Place {
  readonly at: NodeName
  readonly label: Label
}

/** One object refers to another, wherever that is. */
export interface Tie {
  readonly from: Place
  readonly to: Place
}

/** A root with a child on each node, and most roots known to most other nodes. */
export function populate(stage: Stage): void {
  for (const at of stage.names) {
    const root = stage.create(at)
    const child = stage.create(at)
    stage.do({ do: 'refer', at, from: root, to: child })
    stage.do({ do: 'let-go', at, what: child })
  }
  introduce(stage, 0.8)
}

/** Each node publishes its first root to each other, with some probability. */
export function introduce(stage: Stage, probability: number): void {
  for (const from of stage.names) {
    const first = firstOwn(stage, from)
    if (first === undefined) continue
    for (const to of stage.names) {
      if (to !== from && stage.random.chance(probability)) stage.do({ do: 'publish', from, to, references: [first] })
    }
  }
  stage.settle()
}

/** New objects on nodes of chance's choosing, held there. */
export function scatter(stage: Stage, count: number): Place[] {
  return Array.from({ length: count }, () => {
    const at = stage.random.pick(stage.names)
    return { at, label: stage.create(at) }
  })
}

/** Ties objects together: whoever lives elsewhere is published to where it is referred to, referred to, and let go of. */
export function tie(stage: Stage, ties: readonly Tie[]): void {
  const far = ties.filter(({ from, to }) => from.at !== to.at)
  for (const { from, to } of far) stage.do({ do: 'publish', from: to.at, to: from.at, references: [to.label] })
  stage.settle()
  for (const { from, to } of ties) stage.do({ do: 'refer', at: from.at, from: from.label, to: to.label })
  for (const { from, to } of far) stage.do({ do: 'let-go', at: from.at, what: to.label })
}

/** The programs let go of these objects, each with some probability. */
export function letGoOf(stage: Stage, places: readonly Place[], probability = 1): void {
  for (const { at, label } of places) {
    if (stage.random.chance(probability)) stage.do({ do: 'let-go', at, what: label })
  }
}

/** The first object of its own that a node's program holds. */
export function firstOwn(stage: Stage, at: NodeName): Label | undefined {
  const root = stage.node(at).roots.find((reference) => !(reference instanceof Held))
  return root === undefined ? undefined : thingOf(root).label
}
