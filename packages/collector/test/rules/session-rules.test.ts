/** The rules of sessions and lifetimes: what was said in another must not be heard in this one. */
import { exportId, type Incarnation } from '@holdfast/core'
import { transcript } from '../support/transcript.js'

transcript({
  rule: 'session-numbers-are-fresh',
  about: 'a frame of an ended session that comes late drops nothing in the next',
  hasFaults: true,
  story: (stage) => {
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    // bob's drop is delayed, and he gets it again.
    stage.letsGo('bob', atBob)
    stage.collects('bob')
    const comesLate = stage.keepsAside('bob', 'alice')
    stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    stage.falloutBetween('alice', 'bob')
    stage.meets('alice', 'bob')
    stage.world.settle()
    // In the new session, too, alice has said as much as the drop says that bob had heard, and bob as much as came before it.
    stage.world.send('alice', { node: 'bob' })
    stage.allArrives('alice', 'bob')
    comesLate()
  },
})

transcript({
  rule: 'incarnations-are-ordered',
  about: 'a word of an earlier lifetime that comes late does not pass for news of a later one',
  loses: /^a promised reference broke at bob/,
  hasFaults: true,
  story: (stage) => {
    // The first alice has opened many sessions, so that her numbers are above those of the second.
    for (let session = 0; session < 8; session++) {
      stage.falloutBetween('alice', 'carol')
      stage.meets('alice', 'carol')
      stage.world.settle()
    }
    stage.falloutBetween('bob', 'alice')
    stage.world.step('alice', { type: 'open-session', peer: stage.world.node('bob').collector.address.node })
    const comesLate = stage.keepsAside('alice', 'bob')
    stage.crashes('alice')
    stage.restarts('alice')
    stage.meets('alice', 'bob')
    stage.world.settle()
    stage.gives('alice', stage.creates('alice'), 'bob')
    comesLate()
  },
})

transcript({
  rule: 'gift-names-incarnation',
  about: "a gift of an object of an earlier lifetime is not taken for one of the later's",
  loses: /^wrong object at carol/,
  hasFaults: true,
  story: (stage) => {
    const atBob = stage.gives('alice', stage.creates('alice'), 'bob')
    stage.sends('bob', atBob, 'carol')
    const comesLate = stage.keepsAside('bob', 'carol')
    stage.crashes('alice')
    stage.restarts('alice')
    stage.meets('alice', 'carol')
    stage.allArrives('alice', 'carol')
    // The first export of the second alice, as the other was of the first.
    stage.gives('alice', stage.creates('alice'), 'carol')
    comesLate()
  },
})

transcript({
  rule: 'collect-names-incarnation',
  about: "a verdict on an object of an earlier lifetime does not condemn one of the later's",
  hasFaults: true,
  story: (stage) => {
    stage.gives('alice', stage.creates('alice'), 'bob')
    stage.crashes('alice')
    stage.restarts('alice')
    stage.world.settle()
    const thing = stage.creates('alice')
    stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    // Our coordinator forgets a node's reports with its session; another may not, or may have had the verdict from elsewhere.
    const verdict = { incarnation: 1 as Incarnation, ids: [exportId(1)], versions: [1] }
    stage.forges('judge', 'alice', { type: 'dgc:collect', ...verdict })
    stage.allArrives('judge', 'alice')
  },
})
