import { numberedFrames } from './link-recorder.js'
import type { Cases } from './trial.js'

/** Frames: whole, unchanged, within the limit, owned by who has them. */
export const frameCases: Cases = {
  'frames arrive whole and unchanged, from empty to the greatest length': async (trial) => {
    const atB = trial.record(trial.b)
    const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index)
    const longest = Uint8Array.from({ length: trial.a.maxFrameBytes }, (_, index) => index * 7)
    const sent = [new Uint8Array(0), Uint8Array.of(0), everyByte, longest, new Uint8Array(0), Uint8Array.of(255)]
    for (const frame of sent) trial.a.send(frame)
    await trial.expectArrived(atB, sent)
  },

  'of a view just the bytes it shows arrive': async (trial) => {
    const atB = trial.record(trial.b)
    const behind = Uint8Array.from({ length: 3000 }, (_, index) => index)
    const sent = [behind.subarray(10, 20), behind.subarray(1000, 2024)]
    for (const frame of sent) trial.a.send(frame)
    await trial.expectArrived(atB, sent)
    trial.expect(atB.frames.filter((frame) => frame.buffer.byteLength > 1024)).toEqual([])
  },

  'frames go both ways': async (trial) => {
    const atA = trial.record(trial.a)
    const atB = trial.record(trial.b)
    const sent = numberedFrames(20)
    for (const frame of sent) {
      trial.a.send(frame)
      trial.b.send(frame)
    }
    await trial.expectArrived(atB, sent)
    await trial.expectArrived(atA, sent)
  },

  'ten thousand frames arrive': async (trial) => {
    const atB = trial.record(trial.b)
    const sent = numberedFrames(10_000)
    for (const frame of sent) trial.a.send(frame)
    await trial.expectArrived(atB, sent)
    // Of a link that may lose some, the first may still be under way.
    await trial.until(() => atB.frames.length > 0)
    trial.expect(atB.frames.length > 0).toEqual(true)
  },

  'a frame over the limit is refused, the next one is carried': async (trial) => {
    const { a, b } = trial
    const atB = trial.record(b)
    trial.expectError(() => a.send(new Uint8Array(a.maxFrameBytes + 1)), 'LimitError', 'frame-over-limit')
    a.send(Uint8Array.of(1))
    await trial.expectArrived(atB, [Uint8Array.of(1)])
  },

  'send has read the frame when it returns': async (trial) => {
    const atB = trial.record(trial.b)
    const sent: Uint8Array[] = []
    for (const length of [8, 1024]) {
      const frame = new Uint8Array(length).fill(1)
      sent.push(frame.slice())
      trial.a.send(frame)
      frame.fill(2)
    }
    await trial.expectArrived(atB, sent)
  },

  'the receiver may write into a frame': async (trial) => {
    const atB = trial.record(trial.b)
    const kept = [new Uint8Array(8), new Uint8Array(1024)]
    for (const frame of kept) trial.a.send(frame)
    await trial.until(() => !trial.a.reliable || atB.frames.length === 2)
    for (const frame of atB.frames) frame.fill(9)
    trial.expect(kept.some((frame) => frame.includes(9))).toEqual(false)
  },
}
