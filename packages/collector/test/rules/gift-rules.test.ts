/** The rules of gifts where sessions end: what their gifter may believe, and who may give at all. */
import { exportId, giftId } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { condemnRingAtBob, ringOfAliceAndBob } from '../support/ring-scene.js'
import { QUARANTINE_MS, type Stage, TERM_MS } from '../support/stage.js'
import { transcript } from '../support/transcript.js'

/**
 * carol, who is listed, gets the object once more, from bob. Her addRef is lost with its session, and what lists her in the next is
 * her reconcile, which moves no version. So nothing but the clock of the answer that bob gets tells that alice's report is too old.
 */
function registeredByReconcile(stage: Stage): void {
  const thing = stage.creates('alice')
  const atBob = stage.gives('alice', thing, 'bob')
  const atCarol = stage.gives('alice', thing, 'carol')
  stage.letsGo('carol', atCarol)
  stage.reports('carol')
  stage.letsGo('alice', thing)
  stage.reports('alice')
  stage.gives('bob', atBob, 'carol')
  stage.falloutBetween('alice', 'carol')
  stage.meets('alice', 'carol')
  // Long after, bob asks alice what became of his gift, and lets go.
  stage.later(QUARANTINE_MS)
  stage.letsGo('bob', atBob)
  stage.reports('bob')
  stage.judges()
}

transcript({
  rule: 'clock-moves-with-every-message',
  about: "the answer to a gifter's question is later than every report that knows nothing of the gift",
  hasFaults: true,
  story: registeredByReconcile,
})

transcript({
  rule: 'unpin-only-after-giftAck',
  about: 'who unpins without having asked takes an old report for a new one',
  hasFaults: true,
  story: registeredByReconcile,
})

transcript({
  rule: 'unacked-gifts-are-asked-about',
  about: 'a gift that was lost on its way does not pin for ever',
  loses: /^a useless export at alice/,
  hasFaults: true,
  story: (stage) => {
    const atBob = stage.gives('alice', stage.creates('alice'), 'bob')
    stage.sends('bob', atBob, 'carol')
    stage.falloutBetween('carol', 'bob')
  },
})

transcript({
  rule: 'addRef-dies-with-its-session',
  // Her gifter does not hold it any more.
  alsoWithout: ['gift-tokens'],
  about: 'an addRef that was lost with its session lists nobody later',
  hasFaults: true,
  story: (stage) => {
    const { atBob } = ringOfAliceAndBob(stage, { toCarol: false })
    const atCarol = stage.gives('bob', atBob, 'carol')
    // Her addRef is lost. bob asks alice what became of the gift, and lets go.
    stage.forgets('alice', 'carol')
    stage.letsGo('bob', atBob)
    condemnRingAtBob(stage)
    stage.meets('alice', 'carol')
    stage.uses('carol', atCarol)
    stage.allArrives('carol', 'alice')
    stage.checks()
    stage.allArrives('judge', 'alice')
  },
})

transcript({
  rule: 'expired-holder-gives-nothing',
  about: 'who has lost its session with the owner gives nothing away that the owner may be about to remove',
  hasFaults: true,
  story: (stage) => {
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    stage.parts('alice', 'bob')
    // Both know that their session is over, and neither has given up.
    stage.later(TERM_MS)
    stage.later(QUARANTINE_MS - 500)
    stage.holds('bob', 'carol')
    stage.triesToSend('bob', atBob, 'carol')
    stage.later(600)
    stage.checks()
  },
})

transcript({
  rule: 'unconfirmed-holder-gives-nothing',
  about: 'who has not heard whether it is still listed gives nothing away',
  hasFaults: true,
  story: (stage) => {
    const { atBob, atCarol } = ringOfAliceAndBob(stage, { toCarol: true })
    stage.letsGo('bob', atBob)
    stage.forgets('alice', 'carol')
    condemnRingAtBob(stage)
    stage.meets('alice', 'carol')
    if (stage.triesToSend('carol', atCarol as Handle, 'bob')) stage.allArrives('carol', 'bob')
    stage.checks()
    stage.allArrives('judge', 'alice')
  },
})

transcript({
  rule: 'gift-tokens',
  about: 'who claims to have been given what it was not is not listed for it',
  loses: /^a useless export at alice/,
  story: (stage) => {
    const atBob = stage.gives('alice', stage.creates('alice'), 'bob')
    // carol has guessed the id, and the number of a gift.
    const claim = { id: exportId(1), gifter: stage.address('bob'), gift: giftId(1), via: [], token: new Uint8Array(16) }
    stage.forges('carol', 'alice', {
      type: 'dgc:addRef',
      incarnation: stage.address('alice').incarnation,
      entries: [claim],
    })
    stage.allArrives('carol', 'alice')
    stage.letsGo('bob', atBob)
    stage.collects('bob')
  },
})
