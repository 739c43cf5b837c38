/** The rules of reference listing: what may be in flight when somebody lets go. */
import { transcript } from '../support/transcript.js'

transcript({
  rule: 'unacked-gifts-are-roots',
  about: 'the only reference left is a gift under way, and its gifter reports',
  story: (stage) => {
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    // Under way to carol; bob has no other use for it.
    stage.sends('bob', atBob, 'carol')
    stage.letsGo('bob', atBob)
    stage.reports('bob')
    stage.reports('alice')
    stage.judges()
  },
})

transcript({
  rule: 'unacked-gifts-are-roots',
  about: 'the only reference left is a gift under way, and its gifter collects',
  story: (stage) => {
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    stage.sends('bob', atBob, 'carol')
    stage.letsGo('bob', atBob)
    stage.collects('bob')
    while (stage.world.isBusy('bob', 'alice')) stage.arrives('bob', 'alice')
  },
})

transcript({
  rule: 'giftAck-after-registration',
  about: "the gifter's drop overtakes the receiver's addRef",
  story: (stage) => {
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    // carol has it; her addRef is under way to alice.
    stage.gives('bob', atBob, 'carol')
    // If carol herself has acknowledged the gift, bob believes that he may drop.
    if (stage.world.isBusy('carol', 'bob')) stage.arrives('carol', 'bob')
    stage.letsGo('bob', atBob)
    stage.collects('bob')
    while (stage.world.isBusy('bob', 'alice')) stage.arrives('bob', 'alice')
    stage.checks()
    stage.arrives('carol', 'alice')
  },
})

transcript({
  rule: 'dropRef-checks-g',
  about: 'R6: an object that is granted again while a drop of it is under way stays',
  story: (stage) => {
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    stage.letsGo('bob', atBob)
    stage.collects('bob')
    // bob's drop and alice's new grant cross.
    stage.sends('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    stage.arrives('bob', 'alice')
    stage.checks()
    stage.arrives('alice', 'bob')
  },
})

transcript({
  rule: 'use-starts-at-current-sent',
  about: 'an import that is dropped and comes again answers for the uses of its earlier life',
  story: (stage) => {
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    // A use and then a drop, both under way; with them, the import is forgotten.
    stage.uses('bob', atBob)
    stage.letsGo('bob', atBob)
    stage.collects('bob')
    // It comes again, and is not used.
    const again = stage.gives('alice', thing, 'bob')
    stage.letsGo('bob', again)
    stage.letsGo('alice', thing)
    stage.reports('bob')
    stage.reports('alice')
    stage.judges()
  },
})

transcript({
  rule: 'late-finalizer-is-ignored',
  about: 'an import that died and came again is not dropped by the finalizer of what stood for it',
  story: (stage) => {
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    stage.letsGo('bob', atBob)
    const finalizes = stage.collectsFirst('bob')
    stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    finalizes()
    stage.allArrives('bob', 'alice')
  },
})
