// Holds 100 MB of objects, creates a representative every few ms, and tells when collections were forced and for how long each.
import { RealClock } from '@holdfast/transport'
import { GarbageSchedule } from '../../../dist/garbage-collection/garbage-schedule.js'
import { forcedCollection } from '../../../dist/garbage-collection/node-collections.js'

const SHARE = 0.2
const SHORTEST = 20
const COLLECTIONS = 4

const heap = Array.from({ length: 1_000_000 }, (_, index) => ({ index, text: `object ${index}` }))
const representatives = new Set()
const creating = setInterval(() => representatives.add({}), 5)
const force = forcedCollection()
const forced = []

const schedule = new GarbageSchedule({
  clock: new RealClock({ keepAlive: false }),
  collect: () => {
    const begin = performance.now()
    force()
    forced.push({ begin, end: performance.now() })
  },
  candidates: () => representatives.size,
  onCollected: () => {
    if (forced.length < COLLECTIONS) return
    clearInterval(creating)
    const { heapUsed } = process.memoryUsage()
    const facts = { share: SHARE, shortest: SHORTEST, forced, megabytes: heapUsed / 2 ** 20, kept: heap.length }
    process.stdout.write(JSON.stringify(facts))
  },
  share: SHARE,
  shortest: SHORTEST,
  watch: () => () => {},
})
schedule.start()
