import type { CloseReason, Link } from '../link.js'

/** Starts a link and writes down what its handlers are told. */
export class LinkRecorder {
  readonly frames: Uint8Array[] = []
  readonly reasons: CloseReason[] = []
  framesAfterClose = 0

  /** @param onFrame runs inside the handler, after the frame was written down */
  constructor(link: Link, onFrame: () => void = () => {}) {
    link.start({
      onFrame: (frame) => {
        if (this.reasons.length > 0) this.framesAfterClose++
        this.frames.push(frame)
        onFrame()
      },
      onClose: (reason) => this.reasons.push(reason),
    })
  }
}

/** Frames that tell their place: a 32-bit number each, then as many bytes as its last digit says. */
export function numberedFrames(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, number) => {
    const frame = new Uint8Array(4 + (number % 10)).fill(number)
    new DataView(frame.buffer).setUint32(0, number)
    return frame
  })
}
