/** The rules of quarantine: how long what a vanished holder held counts as held, and who may rely on that. */
import { QUARANTINE_MS, type Stage, TERM_MS } from '../support/stage.js'
import { transcript } from '../support/transcript.js'

transcript({
  rule: 'quarantine-before-removal',
  about: 'what a holder held stays when their session ends',
  hasFaults: true,
  story: (stage) => {
    const thing = stage.creates('alice')
    stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    stage.falloutBetween('alice', 'bob')
  },
})

transcript({
  rule: 'quarantine-ends-in-removal',
  about: 'what a holder held that vanished for ever goes',
  loses: /^a useless export at alice/,
  hasFaults: true,
  story: (stage) => {
    stage.gives('alice', stage.creates('alice'), 'bob')
    stage.crashes('bob')
  },
})

/** When a player's view of a session is over, from now on, in ms. */
function untilViewEnds(stage: Stage, player: 'bob', peer: 'alice'): number {
  const { collector } = stage.world.node(player)
  const view = collector.sessions().find((session) => session.peer === peer)
  if (view === undefined) throw new Error('no session')
  return (collector.sessionWith(view.peer)?.endsAt ?? 0) - stage.world.now
}

transcript({
  rule: 'quarantine-outlasts-gifts',
  about: 'the slowest of all gifts is registered before the quarantine of its gifter is over',
  hasFaults: true,
  story: (stage) => {
    // carol has had nothing to do with alice for long.
    stage.parts('alice', 'carol')
    stage.later(QUARANTINE_MS + TERM_MS)
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    stage.parts('alice', 'bob')
    // At the last moment bob gives it to carol; the gift takes its time.
    stage.later(untilViewEnds(stage, 'bob', 'alice') - 5)
    stage.holds('bob', 'carol')
    stage.sends('bob', atBob, 'carol')
    stage.later(600)
    stage.frees('bob', 'carol')
    stage.allArrives('bob', 'carol')
    // And so does carol's way to alice.
    stage.later(900)
    stage.checks()
    stage.meets('alice', 'carol')
  },
})

transcript({
  rule: 'holder-knows-first',
  about: 'a holder that hears its owner, but is not heard, gives up before the owner does',
  loses: /^removed at alice while bob trusts its lease/,
  hasFaults: true,
  story: (stage) => {
    const { world } = stage
    const thing = stage.creates('alice')
    stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    stage.holds('bob', 'alice')
    stage.holds('alice', 'bob')
    // So much is under way to bob that he hears of alice all the time, long after her last word.
    for (let message = 0; message < 40; message++) world.send('alice', { node: 'bob' })
    for (let passed = 0; passed < QUARANTINE_MS + TERM_MS; passed += 400) {
      stage.later(400)
      if (world.isBusy('alice', 'bob')) stage.arrives('alice', 'bob')
    }
  },
})

transcript({
  rule: 'holder-gives-up',
  about: "a gift of a vanished owner's object does not pin it for ever",
  loses: /^tables at bob: .*"pins":1/,
  hasFaults: true,
  story: (stage) => {
    const atBob = stage.gives('alice', stage.creates('alice'), 'bob')
    stage.sends('bob', atBob, 'carol')
    stage.letsGo('bob', atBob)
    stage.falloutBetween('carol', 'bob')
    stage.crashes('alice')
  },
})

transcript({
  rule: 'reconnect-stops-quarantine',
  about: 'a holder that comes back in the nick of time loses nothing while its reconcile is under way',
  hasFaults: true,
  story: (stage) => {
    const thing = stage.creates('alice')
    stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    stage.falloutBetween('alice', 'bob')
    stage.parts('alice', 'bob')
    stage.later(QUARANTINE_MS - 100)
    stage.meets('alice', 'bob')
    stage.holds('bob', 'alice')
    stage.later(200)
    stage.checks()
    stage.frees('bob', 'alice')
    stage.allArrives('bob', 'alice')
  },
})
