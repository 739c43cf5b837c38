import { LinkRecorder, numberedFrames } from './link-recorder.js'
import type { Cases } from './trial.js'

/** Before, at and after `start`; what runs inside what. */
export const startCases: Cases = {
  'frames that came before start are handed over first': async (trial) => {
    const sent = numberedFrames(30)
    for (const frame of sent.slice(0, 20)) trial.a.send(frame)
    await trial.settle()
    const atB = trial.record(trial.b)
    for (const frame of sent.slice(20)) trial.a.send(frame)
    await trial.expectArrived(atB, sent)
  },

  'a link is started once': async (trial) => {
    const atB = trial.record(trial.b)
    trial.expectError(() => new LinkRecorder(trial.b), 'UsageError', 'already-started')
    trial.a.send(Uint8Array.of(1))
    await trial.expectArrived(atB, [Uint8Array.of(1)])
  },

  'nothing arrives inside a call or inside a handler': async (trial) => {
    const { a, b } = trial
    let depth = 0
    let nested = 0
    const call = (body: () => void) => {
      depth++
      body()
      depth--
    }
    let echoes = 0
    const handlers = (link: typeof a) => ({
      onFrame: (frame: Uint8Array) => {
        if (depth > 0) nested++
        call(() => {
          if (echoes++ < 50) link.send(frame)
          else link.close()
        })
      },
      onClose: () => {
        if (depth > 0) nested++
      },
    })
    for (let index = 0; index < 10; index++) call(() => a.send(Uint8Array.of(index)))
    await trial.settle()
    call(() => b.start(handlers(b)))
    call(() => a.start(handlers(a)))
    await trial.until(() => !a.reliable || echoes > 50)
    call(() => a.close())
    await trial.settle()
    trial.expect({ nested, hasEchoed: echoes > 0 || !a.reliable }).toEqual({ nested: 0, hasEchoed: true })
  },
}
