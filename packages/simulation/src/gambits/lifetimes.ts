/** Words of an earlier lifetime that are heard in a later one's time. */
import type { Gambit } from './gambit.js'

/** Sessions that the first lifetime opens: above what the second will have. */
const SESSIONS = 8

const lateHello: Gambit = {
  name: 'late-hello',
  attacks: ['incarnations-are-ordered'],
  players: 3,
  play(scene) {
    const [alice, bob, carol] = scene.players
    for (let session = 0; session < SESSIONS; session++) {
      scene.fallout(alice, carol)
      scene.meets(alice, carol)
      scene.settles()
    }
    scene.fallout(bob, alice)
    scene.asks(alice, bob)
    scene.crashes(alice)
    scene.restarts(alice)
    scene.meets(alice, bob)
    scene.settles()
    scene.gives(alice, scene.creates(alice), bob)
    scene.comesLate(alice, bob)
  },
}

const lateGift: Gambit = {
  name: 'late-gift',
  attacks: ['gift-names-incarnation'],
  players: 3,
  play(scene) {
    const [alice, bob, carol] = scene.players
    const thing = scene.creates(alice)
    scene.gives(alice, thing, bob)
    scene.holds(bob, carol)
    scene.sends(bob, thing, carol)
    scene.crashes(alice)
    scene.restarts(alice)
    scene.meets(alice, carol)
    scene.arrives(alice, carol)
    // Called as the other was, perhaps.
    for (let left = 3; left > 0; left--) scene.gives(alice, scene.creates(alice), carol)
    scene.frees(bob, carol)
    scene.arrives(bob, carol)
  },
}

const lateVerdict: Gambit = {
  name: 'late-verdict',
  attacks: ['collect-names-incarnation'],
  players: 2,
  play(scene) {
    const [alice, bob] = scene.players
    scene.crashes(alice)
    scene.restarts(alice)
    scene.gathers()
    const first = scene.creates(alice)
    scene.gives(alice, first, bob)
    scene.letsGo(alice, first)
    scene.letsGo(bob, first)
    scene.reports(alice)
    scene.reports(bob)
    scene.judges(alice)
    scene.crashes(alice)
    scene.restarts(alice)
    scene.gathers()
    // What goes by the same id, and was used as often.
    const second = scene.creates(alice)
    scene.gives(alice, second, bob)
    scene.letsGo(alice, second)
    scene.repeatsVerdicts(alice)
  },
}

export const lifetimeGambits: readonly Gambit[] = [lateHello, lateGift, lateVerdict]
