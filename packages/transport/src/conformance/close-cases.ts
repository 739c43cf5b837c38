import { numberedFrames } from './link-recorder.js'
import type { Cases } from './trial.js'

/** The end of a link: told once at each end, last, whoever closed. */
export const closeCases: Cases = {
  'closing either end ends both, once': async (trial) => {
    const atA = trial.record(trial.a)
    const atB = trial.record(trial.b)
    trial.a.close()
    trial.a.close()
    await trial.expectClosed({ at: atA, reason: 'closed-here' }, { at: atB, reason: 'closed-by-peer' })
    trial.b.close()
    trial.a.close()
    await trial.expectClosed({ at: atA, reason: 'closed-here' }, { at: atB, reason: 'closed-by-peer' })
  },

  'the end that was connected to closes just as well': async (trial) => {
    const atA = trial.record(trial.a)
    const atB = trial.record(trial.b)
    trial.b.close()
    await trial.expectClosed({ at: atB, reason: 'closed-here' }, { at: atA, reason: 'closed-by-peer' })
  },

  'ends that close at the same time are each told once': async (trial) => {
    const atA = trial.record(trial.a)
    const atB = trial.record(trial.b)
    trial.a.close()
    trial.b.close()
    await trial.expectClosed({ at: atA, reason: 'closed-here' }, { at: atB, reason: 'closed-here' })
  },

  'what was sent before the close arrives before its news': async (trial) => {
    const atB = trial.record(trial.b)
    const sent = numberedFrames(100)
    for (const frame of sent) trial.a.send(frame)
    trial.a.close()
    await trial.expectArrived(atB, sent)
    await trial.expectClosed({ at: atB, reason: 'closed-by-peer' })
  },

  'an end closed by its peer before start hears of frames and close at start': async (trial) => {
    const sent = numberedFrames(5)
    for (const frame of sent) trial.a.send(frame)
    trial.a.close()
    await trial.settle()
    const atB = trial.record(trial.b)
    await trial.expectArrived(atB, sent)
    await trial.expectClosed({ at: atB, reason: 'closed-by-peer' })
  },

  'an end that closed itself before start hears only of that': async (trial) => {
    trial.a.send(Uint8Array.of(1))
    await trial.settle()
    trial.b.close()
    const atB = trial.record(trial.b)
    await trial.expectClosed({ at: atB, reason: 'closed-here' })
    trial.expect(atB.frames).toEqual([])
  },

  'nothing arrives at an end that closed, even from under way': async (trial) => {
    const atB = trial.record(trial.b)
    for (const frame of numberedFrames(100)) trial.a.send(frame)
    trial.b.close()
    await trial.expectClosed({ at: atB, reason: 'closed-here' })
    trial.expect(atB.frames).toEqual([])
  },

  'a handler that closes receives nothing more': async (trial) => {
    const atB = trial.record(trial.b, () => trial.b.close())
    for (const frame of numberedFrames(100)) trial.a.send(frame)
    if (trial.a.reliable) {
      await trial.expectClosed({ at: atB, reason: 'closed-here' })
      trial.expect(atB.frames.length).toEqual(1)
    }
    await trial.settle()
    trial.expect(atB.frames.length <= 1).toEqual(true)
  },

  'sending after the close is harmless at both ends': async (trial) => {
    const atA = trial.record(trial.a)
    const atB = trial.record(trial.b)
    trial.a.close()
    trial.a.send(Uint8Array.of(1))
    trial.b.send(Uint8Array.of(2))
    await trial.expectClosed({ at: atA, reason: 'closed-here' }, { at: atB, reason: 'closed-by-peer' })
    trial.a.send(new Uint8Array(trial.a.maxFrameBytes + 1))
    trial.b.send(Uint8Array.of(3))
    await trial.settle()
    trial.expect([atA.frames, atB.frames]).toEqual([[], []])
  },
}
