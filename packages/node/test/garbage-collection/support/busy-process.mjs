// Allocates until V8 collects by itself, and tells how often the schedule rode on that and how often it forced one.
import { RealClock } from '@holdfast/transport'
import { GarbageSchedule } from '../../../dist/garbage-collection/garbage-schedule.js'

let forced = 0
let ref = new WeakRef({})
const kept = []
const schedule = new GarbageSchedule({
  clock: new RealClock({ keepAlive: false }),
  collect: () => forced++,
  candidates: () => 1,
  onCollected: () => {
    const died = ref.deref() === undefined
    ref = new WeakRef({})
    if (!died) return
    clearInterval(allocating)
    process.stdout.write(JSON.stringify({ forced, died }))
  },
  shortest: 600_000,
  longest: 600_000,
})
schedule.start()
const allocating = setInterval(() => {
  if (kept.length > 1_000_000) kept.length = 0
  for (let index = 0; index < 50_000; index++) kept.push({ index })
}, 1)
