import { encodeMessage } from '@holdfast/core'
import { join, split } from '../pieces.js'
import type { FuzzTarget } from '../target.js'
import { SAMPLE_MESSAGES, Town } from '../town.js'

/** Messages over a session in good order: what a peer can say that was let in. */
export const messagesTarget: FuzzTarget = {
  name: 'messages',
  about: 'messages within a session, at a node among honest ones',
  seeds: () => [
    ...SAMPLE_MESSAGES.map((message) => join([encodeMessage(message)])),
    join(SAMPLE_MESSAGES.map(encodeMessage)),
  ],

  run(input) {
    const town = new Town()
    for (const lie of split(input)) town.say(lie)
    town.check()
  },
}
