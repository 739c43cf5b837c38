import { describe, expect, test } from 'vitest'
import { linkConformance } from '../src/conformance.js'
import { type Faults, MemoryNetwork } from '../src/memory/index.js'
import { VirtualClock } from '../src/virtual-clock.js'

const cases: Record<string, Faults> = {
  'memory without faults': {},
  'memory with a constant delay': { delay: { min: 5, max: 5 } },
  'memory with varying delays in order': { delay: { min: 0, max: 50 }, ordered: true },
  'memory that loses': { loss: 0.3 },
  'memory that repeats': { duplication: 0.3 },
  'memory that reorders': { delay: { min: 0, max: 50 } },
  'memory with every fault': { loss: 0.2, duplication: 0.2, delay: { min: 1, max: 100 } },
}

for (const [name, faults] of Object.entries(cases)) {
  linkConformance(
    { describe, test, expect },
    {
      name,
      connect: async () => {
        const clock = new VirtualClock()
        const [a, b] = new MemoryNetwork({ clock, seed: 7, faults, maxFrameBytes: 4096 }).connect()
        return {
          a,
          b,
          settle: async () => {
            clock.runUntilIdle()
          },
          dispose: async () => {
            clock.runUntilIdle()
            expect(clock.pending).toBe(0)
          },
        }
      },
    },
  )
}
