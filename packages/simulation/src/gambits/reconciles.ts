/** Nodes that meet again: what of before they may still believe. */
import type { Label } from '../action.js'
import type { Gambit } from './gambit.js'
import type { Scene } from './scene.js'

/** A ring of the first two players that only the second holds, and the third, if told. @returns the first player's object in it */
function tieRing(scene: Scene, { isHeldByThird }: { readonly isHeldByThird: boolean }): Label {
  const [alice, bob, carol] = scene.players
  const [near, far] = [scene.creates(alice), scene.creates(bob)]
  if (isHeldByThird) scene.gives(alice, near, carol)
  scene.gives(alice, near, bob)
  scene.gives(bob, far, alice)
  scene.links(alice, near, far)
  scene.links(bob, far, near)
  scene.letsGo(alice, near, far)
  scene.letsGo(bob, far)
  return near
}

/** The ring is condemned; the second player has carried out its part. */
function condemnRing(scene: Scene): void {
  const [alice, bob] = scene.players
  scene.reports(alice)
  scene.reports(bob)
  scene.judges(bob)
}

const usesWhatWasRemoved: Gambit = {
  name: 'uses-what-was-removed',
  attacks: ['use-needs-a-row', 'reconcile-needs-a-row', 'unconfirmed-holder-gives-nothing'],
  players: 3,
  play(scene) {
    const [alice, bob, carol] = scene.players
    const near = tieRing(scene, { isHeldByThird: true })
    scene.letsGo(bob, near)
    scene.forgets(alice, carol)
    condemnRing(scene)
    scene.finds(alice, carol)
    // Behind her reconcile, whose answer she has not heard.
    if (scene.either()) {
      scene.uses(carol, near)
      scene.arrives(carol, alice)
    } else scene.gives(carol, near, bob)
    scene.arrives(scene.judge, alice)
  },
}

const metAgainBetweenReportAndVerdict: Gambit = {
  name: 'met-again-between-report-and-verdict',
  attacks: ['reconcile-keeps-ver'],
  players: 2,
  play(scene) {
    const [alice, bob] = scene.players
    const near = tieRing(scene, { isHeldByThird: false })
    scene.letsGo(bob, near)
    scene.reports(alice)
    scene.reports(bob)
    scene.holds(scene.judge, alice)
    scene.holds(scene.judge, bob)
    scene.judges()
    scene.fallout(alice, bob)
    scene.meets(alice, bob)
    scene.settles()
    scene.frees(scene.judge, alice)
    scene.frees(scene.judge, bob)
    scene.settles()
  },
}

const claimOfAnEarlierSession: Gambit = {
  name: 'claim-of-an-earlier-session',
  attacks: ['addRef-dies-with-its-session'],
  players: 3,
  play(scene) {
    const [alice, bob, carol] = scene.players
    const near = tieRing(scene, { isHeldByThird: false })
    scene.gives(bob, near, carol)
    // Her addRef is lost. The gifter asks what became of the gift, and lets go.
    scene.forgets(alice, carol)
    scene.letsGo(bob, near)
    condemnRing(scene)
    scene.finds(alice, carol)
    scene.uses(carol, near)
    scene.arrives(carol, alice)
    scene.arrives(scene.judge, alice)
  },
}

const refusedAndGivenAnew: Gambit = {
  name: 'refused-and-given-anew',
  attacks: ['broken-names-a-message'],
  players: 3,
  play(scene) {
    const [alice, bob, carol] = scene.players
    const thing = scene.creates(alice)
    scene.gives(alice, thing, bob)
    scene.gives(alice, thing, carol)
    scene.letsGo(alice, thing)
    scene.forgets(alice, carol)
    scene.finds(alice, carol)
    // Her reconcile is refused; the answer is under way when she is given it again.
    scene.arrives(carol, alice)
    scene.gives(bob, thing, carol)
    scene.arrives(alice, carol)
  },
}

const rejectedWithReferences: Gambit = {
  name: 'rejected-with-references',
  attacks: ['rejected-message-keeps-references'],
  players: 2,
  play(scene) {
    const [alice, carol] = scene.players
    const thing = scene.creates(alice)
    scene.gives(alice, thing, carol)
    if (scene.either()) scene.letsGo(alice, thing)
    scene.forgets(alice, carol)
    scene.finds(alice, carol)
    scene.uses(carol, thing, scene.creates(carol))
    scene.arrives(carol, alice)
    scene.settles()
  },
}

const registeredByReconcile: Gambit = {
  name: 'registered-by-reconcile',
  attacks: ['clock-moves-with-every-message', 'unpin-only-after-giftAck'],
  players: 3,
  play(scene) {
    const [alice, bob, carol] = scene.players
    const thing = scene.creates(alice)
    scene.gives(alice, thing, bob)
    scene.gives(alice, thing, carol)
    scene.letsGo(carol, thing)
    scene.reports(carol)
    scene.letsGo(alice, thing)
    scene.reports(alice)
    // She gets it once more; what lists her is not her addRef, which is lost, but her reconcile.
    scene.gives(bob, thing, carol)
    scene.fallout(alice, carol)
    scene.meets(alice, carol)
    // Long after, the gifter asks what became of his gift, and lets go.
    scene.later(scene.times.quarantine * 1.05)
    scene.letsGo(bob, thing)
    scene.reports(bob)
    scene.judges(alice)
  },
}

export const reconcileGambits: readonly Gambit[] = [
  usesWhatWasRemoved,
  metAgainBetweenReportAndVerdict,
  claimOfAnEarlierSession,
  refusedAndGivenAnew,
  rejectedWithReferences,
  registeredByReconcile,
]
