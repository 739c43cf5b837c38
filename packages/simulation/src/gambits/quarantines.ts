/** The last moments of a lease, and of what it held. */
import type { Gambit } from './gambit.js'

const sessionEndsAroundAGift: Gambit = {
  name: 'session-ends-around-a-gift',
  attacks: ['quarantined-means-live'],
  players: 3,
  play(scene) {
    const [alice, bob, carol] = scene.players
    const thing = scene.creates(alice)
    scene.gives(alice, thing, bob)
    scene.letsGo(alice, thing)
    scene.sends(bob, thing, carol)
    scene.fallout(alice, bob)
    scene.reports(alice)
    scene.reports(bob)
    scene.judges(alice)
    scene.arrives(bob, carol)
    scene.arrives(carol, alice)
  },
}

/** Words that the owner left behind, one heard each time before the holder's patience ends. */
const WORDS = 24

const hearsButIsNotHeard: Gambit = {
  name: 'hears-but-is-not-heard',
  attacks: ['holder-knows-first'],
  players: 2,
  play(scene) {
    const [alice, bob] = scene.players
    const { term, quarantine } = scene.times
    const thing = scene.creates(alice)
    scene.gives(alice, thing, bob)
    scene.letsGo(alice, thing)
    scene.holds(bob, alice)
    scene.holds(alice, bob)
    for (let word = 0; word < WORDS; word++) scene.says(alice, bob)
    for (let word = 0; word < WORDS; word++) {
      scene.later((quarantine + 1.2 * term) / WORDS)
      scene.frees(alice, bob)
      scene.hearsOne(alice, bob)
      scene.holds(alice, bob)
    }
  },
}

const slowestGift: Gambit = {
  name: 'slowest-gift',
  attacks: ['quarantine-outlasts-gifts'],
  players: 3,
  play(scene) {
    const [alice, bob, carol] = scene.players
    const { term, quarantine } = scene.times
    // The receiver has had nothing to do with the owner for long.
    scene.parts(alice, carol)
    scene.later(quarantine + term)
    const thing = scene.creates(alice)
    scene.gives(alice, thing, bob)
    scene.letsGo(alice, thing)
    scene.parts(alice, bob)
    scene.later(scene.untilViewEnds(bob, alice) - 10)
    // At the last moment it is given away, and the gift takes its time.
    scene.holds(bob, carol)
    scene.sends(bob, thing, carol)
    scene.later(0.6 * term)
    scene.frees(bob, carol)
    scene.arrives(bob, carol)
    scene.later(0.9 * term)
    scene.finds(alice, carol)
  },
}

const givenWhenAllIsOver: Gambit = {
  name: 'given-when-all-is-over',
  attacks: ['expired-holder-gives-nothing'],
  players: 3,
  play(scene) {
    const [alice, bob, carol] = scene.players
    const { term, quarantine } = scene.times
    const thing = scene.creates(alice)
    scene.gives(alice, thing, bob)
    scene.letsGo(alice, thing)
    scene.parts(alice, bob)
    // Both know that their session is over, and neither has given up.
    scene.later(term)
    scene.later(quarantine - 0.5 * term)
    scene.holds(bob, carol)
    scene.sends(bob, thing, carol)
    scene.later(0.6 * term)
  },
}

const backInTheNickOfTime: Gambit = {
  name: 'back-in-the-nick-of-time',
  attacks: ['reconnect-stops-quarantine'],
  players: 2,
  play(scene) {
    const [alice, bob] = scene.players
    const { term, quarantine } = scene.times
    const thing = scene.creates(alice)
    scene.gives(alice, thing, bob)
    scene.letsGo(alice, thing)
    scene.fallout(alice, bob)
    scene.parts(alice, bob)
    scene.later(quarantine - 0.1 * term)
    scene.finds(alice, bob)
    scene.holds(bob, alice)
    scene.later(0.2 * term)
    scene.frees(bob, alice)
    scene.arrives(bob, alice)
  },
}

export const quarantineGambits: readonly Gambit[] = [
  sessionEndsAroundAGift,
  hearsButIsNotHeard,
  slowestGift,
  givenWhenAllIsOver,
  backInTheNickOfTime,
]
