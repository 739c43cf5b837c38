/** Snapshots of different moments: what a coordinator must not conclude from them. */
import type { Gambit } from './gambit.js'

const snapshotBeforeTheGift: Gambit = {
  name: 'snapshot-before-the-gift',
  attacks: ['C2-receiver-newer-than-addRef'],
  players: 3,
  play(scene) {
    const [alice, bob, carol] = scene.players
    const thing = scene.creates(alice)
    scene.gives(alice, thing, bob)
    scene.gives(alice, thing, carol)
    scene.letsGo(carol, thing)
    scene.reports(carol)
    // She gets it again: listed by its owner, acknowledged to the gifter.
    scene.gives(bob, thing, carol)
    scene.arrives(carol, alice)
    scene.arrives(alice, bob)
    scene.letsGo(bob, thing)
    scene.letsGo(alice, thing)
    scene.reports(bob)
    scene.reports(alice)
    scene.judges(alice)
  },
}

const grantUnderWay: Gambit = {
  name: 'grant-under-way',
  attacks: ['C1-grants-received'],
  players: 2,
  play(scene) {
    const [alice, bob] = scene.players
    const thing = scene.creates(alice)
    scene.gives(alice, thing, bob)
    scene.letsGo(bob, thing)
    scene.reports(bob)
    // Once more, under way.
    scene.sends(alice, thing, bob)
    scene.letsGo(alice, thing)
    scene.reports(alice)
    scene.judges(alice)
  },
}

const ackBehindTheSnapshot: Gambit = {
  name: 'ack-behind-the-snapshot',
  attacks: ['C5-acked-gifts-included'],
  players: 3,
  play(scene) {
    const [alice, bob, carol] = scene.players
    const thing = scene.creates(alice)
    scene.gives(alice, thing, bob)
    scene.letsGo(alice, thing)
    scene.reports(alice)
    scene.gives(bob, thing, carol)
    scene.arrives(carol, alice)
    scene.arrives(alice, bob)
    scene.letsGo(bob, thing)
    scene.reports(bob)
    scene.judges(alice)
  },
}

const useOfAnEarlierLife: Gambit = {
  name: 'use-of-an-earlier-life',
  attacks: ['use-starts-at-current-sent', 'C4-uses-received'],
  players: 2,
  play(scene) {
    const [alice, bob] = scene.players
    const thing = scene.creates(alice)
    scene.gives(alice, thing, bob)
    // Under way, when the import is forgotten and comes again.
    scene.uses(bob, thing)
    scene.letsGo(bob, thing)
    if (scene.either(0.9)) scene.collects(bob)
    scene.gives(alice, thing, bob)
    scene.letsGo(bob, thing)
    scene.letsGo(alice, thing)
    scene.reports(bob)
    scene.reports(alice)
    scene.judges(alice)
  },
}

const stampsBehindTheTrace: Gambit = {
  name: 'stamps-behind-the-trace',
  attacks: ['stamps-in-the-turn-of-the-trace'],
  players: 2,
  play(scene) {
    const [alice, bob] = scene.players
    const [near, far] = [scene.creates(alice), scene.creates(bob)]
    scene.gives(alice, near, bob)
    scene.gives(bob, far, alice)
    scene.links(alice, near, far)
    scene.links(bob, far, near)
    scene.letsGo(alice, near, far)
    scene.letsGo(bob, far)
    scene.uses(bob, near)
    scene.letsGo(bob, near)
    // The trace finds the ring out of reach; then the call brings it back.
    scene.reportsLate(alice)
    scene.reports(bob)
    scene.judges(alice, bob)
  },
}

const stampsOfTwoSessions: Gambit = {
  name: 'stamps-of-two-sessions',
  attacks: ['one-session-per-row'],
  players: 3,
  play(scene) {
    const [alice, bob, carol] = scene.players
    const thing = scene.creates(alice)
    scene.gives(alice, thing, carol)
    scene.gives(alice, thing, bob)
    scene.letsGo(bob, thing)
    // Of their first session, in which he has no use for it; and nothing of it is left.
    scene.reports(bob)
    scene.collects(bob)
    scene.arrives(bob, alice)
    scene.fallout(alice, bob)
    scene.meets(alice, bob)
    scene.settles()
    scene.gives(alice, thing, bob)
    scene.letsGo(alice, thing)
    scene.letsGo(carol, thing)
    scene.reports(carol)
    scene.reports(alice)
    scene.judges(alice)
  },
}

export const reportGambits: readonly Gambit[] = [
  snapshotBeforeTheGift,
  grantUnderWay,
  ackBehindTheSnapshot,
  useOfAnEarlierLife,
  stampsBehindTheTrace,
  stampsOfTwoSessions,
]
