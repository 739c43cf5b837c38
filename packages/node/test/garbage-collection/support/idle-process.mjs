// Lets go of a thousand objects behind WeakRefs, then does nothing. With a schedule, which has just looked and waits as long as it ever does, it
// ends when all were noticed, though the schedule goes on; without one it ends after twice that time.
import { RealClock } from '@holdfast/transport'
import { GarbageSchedule } from '../../../dist/garbage-collection/garbage-schedule.js'
import { forcedCollection } from '../../../dist/garbage-collection/node-collections.js'

const LONGEST = 1500
/** Waits of 200, 200, 400, 800 ms; the next is the longest. */
const ROUNDS_BEFORE = 4
const isScheduled = process.argv[2] === 'scheduled'
const held = Array.from({ length: 1000 }, (_, index) => ({ index }))
const refs = new Set(held.map((object) => new WeakRef(object)))
let droppedAt = 0
let rounds = 0

const schedule = new GarbageSchedule({
  clock: new RealClock({ keepAlive: false }),
  collect: forcedCollection(),
  candidates: () => refs.size,
  onCollected: () => {
    forgetDead()
    if (++rounds === ROUNDS_BEFORE) drop()
    if (refs.size === 0) clearTimeout(waiting)
  },
  shortest: 200,
  longest: LONGEST,
  share: 0.5,
})
if (isScheduled) schedule.start()

let waiting = setTimeout(drop, isScheduled ? 20_000 : 1600)

function drop() {
  held.length = 0
  droppedAt = performance.now()
  clearTimeout(waiting)
  waiting = setTimeout(forgetDead, 2 * LONGEST)
}

function forgetDead() {
  for (const ref of refs) if (ref.deref() === undefined) refs.delete(ref)
}

process.once('exit', () => {
  const noticed = 1000 - refs.size
  process.stdout.write(JSON.stringify({ noticed, after: performance.now() - droppedAt, rounds, longest: LONGEST }))
})
