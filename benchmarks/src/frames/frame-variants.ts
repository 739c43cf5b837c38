/** A channel from append to the acknowledgement, beside copying the bytes of a message once, which is the limit. */
import { assert } from '@holdfast/core'
import { timeRuns } from '../measure/time-runs.js'
import type { Variant } from '../suite.js'
import { ChannelPair } from './channel-pair.js'
import type { Shape } from './frames-suite.js'

const NS_PER_MS = 1e6

export function startCopy(shape: Shape, timeMs: number): Variant {
  const messages = messagesOf(shape)
  let copied = 0
  const run = (): void => {
    for (let turn = 0; turn < shape.turns; turn++) for (const message of messages) copied += message.slice().length
  }
  return {
    round: () => {
      const ms = timeRuns({ run }, timeMs)
      assert(copied > 0, 'the copies are made')
      return { message: (ms * NS_PER_MS) / sentOf(shape) }
    },
  }
}

export function startChannel(shape: Shape, timeMs: number): Variant {
  const messages = messagesOf(shape)
  const pair = new ChannelPair()
  const run = (): void => {
    for (let turn = 0; turn < shape.turns; turn++) pair.turn(messages)
  }
  const sent = sentOf(shape)
  const { there, back, delivered } = pair.count(run)
  assert(delivered === sent, 'every message arrives once', { delivered, sent })
  return {
    round: () => ({
      message: (timeRuns({ run }, timeMs) * NS_PER_MS) / sent,
      overhead: there / sent - shape.messageBytes,
      acknowledgements: back / sent,
    }),
  }
}

const sentOf = ({ perTurn, turns }: Shape): number => perTurn * turns

function messagesOf({ messageBytes, perTurn }: Shape): Uint8Array[] {
  return Array.from({ length: perTurn }, (_, index) => new Uint8Array(messageBytes).fill(index))
}
