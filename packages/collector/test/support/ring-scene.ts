/** A scene that several stories begin with: a ring over two nodes, and a third that has a reference into it. */
import type { Handle } from '@holdfast/heap/object-heap'
import type { Stage } from './stage.js'

export interface RingScene {
  /** alice's object of the ring, at bob and at carol: each of the two holds it. */
  readonly atBob: Handle
  readonly atCarol: Handle | null
}

/** alice's object and bob's refer to each other, and nothing else but bob's code, and carol's if told, does. */
export function ringOfAliceAndBob(stage: Stage, { toCarol }: { readonly toCarol: boolean }): RingScene {
  const near = stage.creates('alice')
  const far = stage.creates('bob')
  const atCarol = toCarol ? stage.gives('alice', near, 'carol') : null
  const atBob = stage.gives('alice', near, 'bob')
  const farAtAlice = stage.gives('bob', far, 'alice')
  stage.links('alice', near, farAtAlice)
  stage.links('bob', far, atBob)
  stage.letsGo('alice', near, farAtAlice)
  stage.letsGo('bob', far)
  return { atBob, atCarol }
}

/** The ring is condemned; bob has carried out his part, alice's verdict is under way. */
export function condemnRingAtBob(stage: Stage): void {
  stage.reports('alice')
  stage.reports('bob')
  stage.judges('bob')
}
