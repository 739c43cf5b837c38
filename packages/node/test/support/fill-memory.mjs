// Keeps more and more of a small heap until it is told that memory is short, then lets go and exits. Some 100 MB a second: V8 marks in
// steps between the timers, and what fills the rest of the heap while it does so is beyond any help.
import { watchMemoryPressure } from '@holdfast/node/memory-pressure'

const kept = []
const stop = watchMemoryPressure(() => {
  process.stdout.write(`short ${kept.length > 0}\n`)
  kept.length = 0
  stop()
  clearInterval(filling)
})
const filling = setInterval(() => {
  for (let index = 0; index < 1_000; index++) kept.push({ index, text: `object ${index}` })
}, 1)
