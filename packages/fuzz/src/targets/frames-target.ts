import { type Incarnation, type Instant, nodeId } from '@holdfast/core'
import { Channel, DEFAULT_LIMITS, LOSSY_TIMING, OpeningCounter } from '@holdfast/session'
import { join, split } from '../pieces.js'
import type { FuzzTarget } from '../target.js'
import { Town } from '../town.js'

/** Frames of any bytes over a link: handshakes, data, acknowledgements. */
export const framesTarget: FuzzTarget = {
  name: 'frames',
  about: 'frames over the link of a peer that has a session, at a node among honest ones',
  seeds: () => [join(exchanged()), ...exchanged().map((frame) => join([frame]))],

  run(input) {
    const town = new Town()
    for (const frame of split(input)) town.send(frame)
    town.check()
  },
}

/** What an honest mallory sends: a hello, a welcome, data, an acknowledgement, a good-bye. */
function exchanged(): Uint8Array[] {
  const [alice, mallory] = [channel('alice', 'mallory'), channel('mallory', 'alice')]
  const frames: Uint8Array[] = []
  const now = 0 as Instant
  const exchange = (): void => {
    for (const frame of mallory.flush(now)) {
      frames.push(frame)
      alice.receive(frame.slice(), now)
    }
    for (const frame of alice.flush(now)) mallory.receive(frame, now)
  }
  mallory.linkOpened(now)
  alice.linkOpened(now)
  for (let round = 0; round < 3; round++) exchange()
  mallory.append(Uint8Array.of(1, 0, 0, 0, 0))
  alice.append(Uint8Array.of(1, 0, 0, 0, 0))
  for (let round = 0; round < 2; round++) exchange()
  mallory.end('enough')
  exchange()
  return frames
}

function channel(self: string, peer: string): Channel {
  return new Channel({
    self: { node: nodeId(self), incarnation: 1 as Incarnation },
    peer: nodeId(peer),
    counter: new OpeningCounter(),
    limits: DEFAULT_LIMITS,
    timing: LOSSY_TIMING,
  })
}
