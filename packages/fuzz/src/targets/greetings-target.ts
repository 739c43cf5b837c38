import { HoldfastError } from '@holdfast/core'
import { createNode } from '@holdfast/node'
import { VirtualClock } from '@holdfast/transport'
import { MemoryNetwork } from '@holdfast/transport/memory'
import { sampleGreeting } from '../sample-greeting.js'
import { settle } from '../settle.js'
import { Finding, type FuzzTarget } from '../target.js'

/** The first frame of a link, before anything is known of who is at its other end. */
export const greetingsTarget: FuzzTarget = {
  name: 'greetings',
  about: 'the first frame of a link, at a node with a face',
  seeds: () => [sampleGreeting('mallory'), sampleGreeting('alice')],

  async run(input) {
    const clock = new VirtualClock()
    const alice = createNode({ id: 'alice', incarnation: 1, clock, rounds: null, garbage: { share: 0 } })
    const [near, far] = new MemoryNetwork({ clock }).connect()
    const joined = alice.connect(near).then(
      (name) => checkName(name),
      (error: unknown) => checkError(error),
    )
    far.start({ onFrame: () => {}, onClose: () => {} })
    far.send(input)
    try {
      await settle(clock)
    } finally {
      alice.close()
      await settle(clock)
    }
    await joined
  },
}

function checkName(name: string): void {
  if (name === 'alice') throw new Finding('a node takes another for itself')
}

function checkError(error: unknown): void {
  if (!(error instanceof HoldfastError)) throw error
}
