/** The conditions of a verdict, one race each: what a coordinator must not believe from reports of different moments. */
import { transcript } from '../support/transcript.js'

transcript({
  rule: 'C0-local-exports',
  about: 'a ring that another, living export leads into stays',
  story: (stage) => {
    const ring = stage.creates('alice')
    const entry = stage.creates('alice')
    const far = stage.creates('bob')
    // alice: entry → ring → far, bob: far → ring. bob holds entry.
    const ringAtBob = stage.gives('alice', ring, 'bob')
    const farAtAlice = stage.gives('bob', far, 'alice')
    stage.gives('alice', entry, 'bob')
    stage.links('alice', ring, farAtAlice)
    stage.links('alice', entry, ring)
    stage.links('bob', far, ringAtBob)
    // Nobody holds the ring itself any more.
    stage.letsGo('alice', ring, entry, farAtAlice)
    stage.letsGo('bob', far, ringAtBob)
    stage.reports('alice')
    stage.reports('bob')
    stage.judges()
  },
})

transcript({
  rule: 'C1-grants-received',
  about: "a grant that the holder's snapshot has not received keeps the object",
  story: (stage) => {
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    stage.letsGo('bob', atBob)
    stage.reports('bob')
    // Granted once more, under way.
    stage.sends('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    stage.reports('alice')
    stage.judges()
  },
})

transcript({
  rule: 'C2-receiver-newer-than-addRef',
  about: "a gift that came after the receiver's snapshot keeps the object",
  story: (stage) => {
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    const atCarol = stage.gives('alice', thing, 'carol')
    stage.letsGo('carol', atCarol)
    stage.reports('carol')
    // carol gets it again, from bob: listed by alice, acknowledged to bob.
    stage.gives('bob', atBob, 'carol')
    stage.arrives('carol', 'alice')
    stage.arrives('alice', 'bob')
    stage.letsGo('bob', atBob)
    stage.letsGo('alice', thing)
    stage.reports('bob')
    stage.reports('alice')
    stage.judges()
  },
})

transcript({
  rule: 'C3-closure',
  about: 'an object that a living object of another node refers to stays',
  story: (stage) => {
    const thing = stage.creates('alice')
    const holder = stage.creates('bob')
    const thingAtBob = stage.gives('alice', thing, 'bob')
    stage.links('bob', holder, thingAtBob)
    // alice holds the holder, which is at bob, and thereby her own object.
    stage.gives('bob', holder, 'alice')
    stage.letsGo('bob', holder, thingAtBob)
    stage.letsGo('alice', thing)
    stage.reports('alice')
    stage.reports('bob')
    stage.judges()
  },
})

transcript({
  rule: 'C4-uses-received',
  about: "a use that the owner's snapshot has not received keeps the object",
  story: (stage) => {
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    // Under way: alice will hold it again.
    stage.uses('bob', atBob)
    stage.letsGo('bob', atBob)
    stage.reports('bob')
    stage.reports('alice')
    stage.judges()
  },
})

transcript({
  rule: 'C5-acked-gifts-included',
  about: "a gift that was acknowledged after the owner's snapshot keeps the object",
  // The owner has registered the gift, so its version has moved: it refuses the verdict.
  loses: /^alarm at alice/,
  story: (stage) => {
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    // Her snapshot knows of bob alone.
    stage.reports('alice')
    // bob passes it on, carol is listed, bob hears of it and lets go.
    stage.gives('bob', atBob, 'carol')
    stage.arrives('carol', 'alice')
    stage.arrives('alice', 'bob')
    stage.letsGo('bob', atBob)
    stage.reports('bob')
    stage.judges()
  },
})
