/** The rules of weak references: a program comes by an object again without a message, so that no stamp tells of it. */
import type { Handle } from '@holdfast/heap/object-heap'
import { ringOfAliceAndBob } from '../support/ring-scene.js'
import type { Stage } from '../support/stage.js'
import { transcript } from '../support/transcript.js'

/** A ring is garbage but for what alice holds weakly; while the verdict is under way to her, she dereferences that. */
function derefsLate(stage: Stage, held: Handle): void {
  stage.holdsWeakly('alice', held)
  stage.reports('alice')
  stage.reports('bob')
  stage.judges('bob')
  stage.derefs('alice', held)
  stage.checks()
  stage.allArrives('judge', 'alice')
}

/** alice: near → inner → far at bob, bob: far → near. */
function ringWithInner(stage: Stage): { readonly inner: Handle; readonly farAtAlice: Handle } {
  const [near, inner] = [stage.creates('alice'), stage.creates('alice')]
  const far = stage.creates('bob')
  const nearAtBob = stage.gives('alice', near, 'bob')
  const farAtAlice = stage.gives('bob', far, 'alice')
  stage.links('alice', near, inner)
  stage.links('alice', inner, farAtAlice)
  stage.links('bob', far, nearAtBob)
  stage.letsGo('alice', near, inner, farAtAlice)
  stage.letsGo('bob', far, nearAtBob)
  return { inner, farAtAlice }
}

transcript({
  rule: 'weak-holders-are-black',
  about: 'an export that its owner holds weakly stays, with all that it leads to',
  story: (stage) => {
    const { atBob } = ringOfAliceAndBob(stage, { toCarol: false })
    stage.letsGo('bob', atBob)
    const [near] = [...stage.world.node('alice').collector.exports] as Handle[]
    derefsLate(stage, near)
  },
})

transcript({
  rule: 'weak-holders-are-black',
  about: 'an inner object that is weakly held keeps what it leads to, though no report has a line for it otherwise',
  story: (stage) => derefsLate(stage, ringWithInner(stage).inner),
})

transcript({
  rule: 'weak-holders-are-black',
  about: 'an import that its holder holds weakly keeps the export that it names',
  story: (stage) => derefsLate(stage, ringWithInner(stage).farAtAlice),
})

transcript({
  rule: 'weak-holders-are-black',
  about: 'what nothing refers to but a weak holder keeps what it leads to, until its heap has freed it',
  story: (stage) => {
    const { farAtAlice } = ringWithInner(stage)
    const loose = stage.creates('alice')
    stage.world.node('alice').heap.arrive(farAtAlice)
    stage.links('alice', loose, farAtAlice)
    stage.world.node('alice').heap.unpin(farAtAlice)
    stage.letsGo('alice', loose)
    derefsLate(stage, loose)
  },
})

transcript({
  rule: 'clear-weak-checks-ver',
  about: 'a weak holder of what was used since the report is not cleared',
  loses: /^a weak holder of a live object was cleared at alice/,
  story: (stage) => {
    const { atBob } = ringOfAliceAndBob(stage, { toCarol: false })
    stage.letsGo('bob', atBob)
    const [near] = [...stage.world.node('alice').collector.exports] as Handle[]
    const [far] = [...stage.world.node('bob').collector.exports] as Handle[]
    stage.holdsWeakly('alice', near)
    stage.holdsWeakly('bob', far)
    stage.reports('alice')
    stage.reports('bob')
    stage.judges('carol')
    // Both are told to clear; bob dereferences before he hears of it, and calls alice's object.
    stage.derefs('bob', far)
    stage.uses('bob', atBob)
    stage.letsGo('bob', far)
    stage.arrives('bob', 'alice')
    stage.allArrives('judge', 'alice')
  },
})
