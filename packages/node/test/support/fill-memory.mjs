// Keeps more and more of a small heap until it is told that memory is short, then lets go and exits.
import { watchMemoryPressure } from '@holdfast/node/memory-pressure'

const kept = []
const stop = watchMemoryPressure(() => {
  process.stdout.write(`short ${kept.length > 0}\n`)
  kept.length = 0
  stop()
  clearInterval(filling)
})
const filling = setInterval(() => {
  for (let index = 0; index < 10_000; index++) kept.push({ index, text: `object ${index}` })
}, 1)
