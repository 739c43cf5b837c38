/**
 * Frames that are longer than a message may be, in pieces. A piece tells the number of its frame among all that were cut, its place in it, and whether
 * it is the last. Messages of one sender come in order or not at all: a piece that is not the next one costs its frame, which the session sends again.
 */
export const FRAME = 2
export const PIECE = 6
/** What a whole frame has before it in its message. */
export const HEADER_BYTES = 1
/** Kind, whether it is the last, four bytes for the number of the frame, four for the place. */
const PIECE_HEADER_BYTES = 10

/** The messages of a frame. @param most bytes of a message, more than the header of a piece @param number of the frame, should it be cut */
export function* messagesOf(frame: Uint8Array, most: number, number: number): Generator<Uint8Array> {
  if (HEADER_BYTES + frame.length <= most) {
    const message = new Uint8Array(HEADER_BYTES + frame.length)
    message[0] = FRAME
    message.set(frame, HEADER_BYTES)
    yield message
    return
  }
  const step = most - PIECE_HEADER_BYTES
  for (let place = 0; place * step < frame.length; place++) {
    const part = frame.subarray(place * step, (place + 1) * step)
    const message = new Uint8Array(PIECE_HEADER_BYTES + part.length)
    const view = new DataView(message.buffer)
    view.setUint8(0, PIECE)
    view.setUint8(1, (place + 1) * step >= frame.length ? 1 : 0)
    view.setUint32(2, number)
    view.setUint32(6, place)
    message.set(part, PIECE_HEADER_BYTES)
    yield message
  }
}

/** Puts frames together, one at a time. */
export class FrameAssembly {
  readonly #maxFrameBytes: number
  #number = 0
  #parts: Uint8Array[] = []
  #bytes = 0

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes
  }

  /**
   * @returns the frame, when this was its last piece; null when more has to come, or a piece is missing; `too-long` when it is over the
   *   limit, `malformed` when it is no piece
   */
  add(message: Uint8Array): Uint8Array | 'too-long' | 'malformed' | null {
    if (message.length < PIECE_HEADER_BYTES) return 'malformed'
    const view = new DataView(message.buffer, message.byteOffset, message.length)
    const [number, place] = [view.getUint32(2), view.getUint32(6)]
    if (place === 0) this.#begin(number)
    else if (number !== this.#number || place !== this.#parts.length) {
      this.#begin(number)
      return null
    }
    const part = new Uint8Array(message.subarray(PIECE_HEADER_BYTES))
    this.#parts.push(part)
    this.#bytes += part.length
    if (this.#bytes > this.#maxFrameBytes) return 'too-long'
    return view.getUint8(1) === 1 ? this.#take() : null
  }

  #begin(number: number): void {
    this.#number = number
    this.#parts = []
    this.#bytes = 0
  }

  #take(): Uint8Array {
    const frame = new Uint8Array(this.#bytes)
    let offset = 0
    for (const part of this.#parts) {
      frame.set(part, offset)
      offset += part.length
    }
    this.#begin(this.#number)
    return frame
  }
}
