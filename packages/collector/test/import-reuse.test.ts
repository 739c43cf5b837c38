/** The id of an import that breaks in the middle of a frame names nothing else until the driver has heard of all of the frame. */
import { encodeMessage, exportId } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { type DataFrame, openFrame, sealFrame } from './support/frames.js'
import { node, World } from './support/world.js'

describe('an import that breaks in a frame', () => {
  it('leaves its id to none that comes later in the frame', () => {
    const world = new World(['alice', 'mallory'], { tolerates: ['broken'] })
    world.send('mallory', { node: 'alice' })
    const template = openFrame(world.wires.get('mallory>alice')?.shift() as Uint8Array) as DataFrame
    const grant = (id: number): Uint8Array =>
      encodeMessage({
        type: 'call',
        call: 0,
        target: null,
        references: [{ kind: 'grant', id: exportId(id) }],
        payload: new TextEncoder().encode('forged'),
      })
    const messages = [
      grant(5),
      encodeMessage({ type: 'dgc:broken', isRefusal: false, ids: [exportId(5)], at: 1 }),
      grant(6),
    ]
    // A handler of the first call that uses what it was given is run when the collector knows all three.
    world.step('alice', { type: 'frame', peer: node('mallory'), frame: sealFrame({ ...template, messages }) })
    const arrived = world.log.flatMap(({ effect }) => (effect.type === 'called' ? effect.references : []))
    expect(arrived).toHaveLength(2)
    expect(arrived[0]).not.toEqual(arrived[1])
  })
})
