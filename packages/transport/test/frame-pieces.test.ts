import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FRAME, FrameAssembly, messagesOf, PIECE } from '../src/nats/frame-pieces.js'

const frames = fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 8 })
const LIMIT = 1000

/** What arrives of messages, as a link reads them. */
function read(messages: readonly Uint8Array[]): Uint8Array[] {
  const assembly = new FrameAssembly(LIMIT)
  return messages.flatMap((message) => {
    const frame = message[0] === FRAME ? message.subarray(1) : assembly.add(message)
    return frame instanceof Uint8Array ? [frame] : []
  })
}

describe('frames in pieces', () => {
  it('arrive as they were sent, no message being longer than it may be', () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 11, max: 40 }), (sent, most) => {
        const messages = sent.flatMap((frame, index) => [...messagesOf(frame, most, index + 1)])
        for (const message of messages) expect(message.length).toBeLessThanOrEqual(most)
        expect(read(messages).map((frame) => [...frame])).toEqual(sent.map((frame) => [...frame]))
      }),
    )
  })

  it('of which messages are lost arrive whole, in order, or not at all', () => {
    fc.assert(
      fc.property(frames, fc.infiniteStream(fc.boolean()), (sent, keeps) => {
        const whole: number[][] = []
        const arrived = sent.flatMap((frame, index) => {
          const messages = [...messagesOf(frame, 20, index + 1)]
          const kept = messages.filter(() => keeps.next().value)
          if (kept.length === messages.length) whole.push([...frame])
          return kept
        })
        expect(read(arrived).map((frame) => [...frame])).toEqual(whole)
      }),
    )
  })

  it('are bounded, and what is no piece is told', () => {
    const assembly = new FrameAssembly(50)
    const [first, second] = messagesOf(new Uint8Array(60), 50, 1)
    expect([first[0], assembly.add(first), assembly.add(second)]).toEqual([PIECE, null, 'too-long'])
    expect(assembly.add(Uint8Array.of(PIECE, 1))).toBe('malformed')
  })
})
