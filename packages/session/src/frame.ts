/**
 * The wire format. A frame is one byte of version and kind, a u32 tag, and a body by kind; see each type below.
 * Integers are LEB128. The tag of `data`, `ack`, `welcome` and `bye` is that of the sender's direction of the session,
 * the tag of a hello without `to` lacks the unknown incarnation, and `session-ended` repeats the tag that it answers.
 * Integrity is the transport's: there is no checksum. Source: docs/protocol.md, section 1.
 */
import {
  ByteReader,
  ByteWriter,
  type Incarnation,
  incarnation,
  malformed,
  type NodeId,
  nodeId,
  ProtocolError,
} from '@holdfast/core'

/** The version of this format. */
export const PROTOCOL_VERSION = 1

/** The kinds of frames, as they are on the wire. */
export const FRAME_KIND = { hello: 1, welcome: 2, sessionEnded: 3, bye: 4, data: 5, ack: 6 } as const

/** A frame whose body is still to be read. */
export interface OpenedFrame {
  readonly kind: number
  readonly tag: number
  readonly body: ByteReader
}

/** Asks for a session, or, with `to`, to go on with one after the link was closed. */
export interface Hello {
  readonly node: NodeId
  readonly incarnation: Incarnation
  /** The incarnation with which the session is; 0 asks for a new session. */
  readonly to: number
  readonly number: number
  /** Cumulative acknowledgement, 0 for a new session. */
  readonly received: number
}

/** The session that a hello named is open. */
export interface Welcome {
  readonly incarnation: Incarnation
  readonly to: Incarnation
  readonly number: number
  readonly received: number
}

/** Why `session-ended`. */
export const REFUSAL = { unknown: 0, olderIncarnation: 1 } as const

/** The session of the frame with the same tag is not mine. */
export interface SessionEnded {
  readonly incarnation: Incarnation
  readonly counter: number
  readonly refusal: number
}

const MAX_NAME_BYTES = 192
/** The most characters the reason of a bye may have. */
export const MAX_REASON_LENGTH = 64

/** Writes the byte and the tag that every frame begins with. @param writer to use again */
export function beginFrame(kind: number, tag: number, writer = new ByteWriter()): ByteWriter {
  writer.clear()
  writer.byte((PROTOCOL_VERSION << 4) | kind)
  writer.u32(tag)
  return writer
}

/** Reads what every frame begins with. @throws ProtocolError `frame-too-large`, `unsupported-version`, `malformed` */
export function openFrame(frame: Uint8Array, maxFrameBytes: number): OpenedFrame {
  if (frame.length > maxFrameBytes) {
    throw new ProtocolError('frame-too-large', 'a frame over the limit', { length: frame.length, maxFrameBytes })
  }
  const body = new ByteReader(frame)
  const first = body.byte()
  const version = first >>> 4
  if (version !== PROTOCOL_VERSION) {
    throw new ProtocolError('unsupported-version', 'a frame of another version', { version, mine: PROTOCOL_VERSION })
  }
  const kind = first & 0x0f
  if (kind < FRAME_KIND.hello || kind > FRAME_KIND.ack) throw malformed('an unknown kind of frame', { kind })
  return { kind, tag: body.u32(), body }
}

/** Who is calling, for a driver that accepted a link from an unknown party; null for another kind of frame.
 * The frame is still to be given to the channel. @throws ProtocolError */
export function peekHello(frame: Uint8Array): Hello | null {
  const { kind, body } = openFrame(frame, Number.POSITIVE_INFINITY)
  return kind === FRAME_KIND.hello ? decodeHello(body) : null
}

export function encodeHello(tag: number, hello: Hello): Uint8Array {
  const writer = beginFrame(FRAME_KIND.hello, tag)
  writer.string(hello.node)
  writer.integer(hello.incarnation)
  writer.integer(hello.to)
  writer.integer(hello.number)
  writer.integer(hello.received)
  return writer.finish()
}

export function decodeHello(body: ByteReader): Hello {
  const hello = {
    node: nodeId(body.string(MAX_NAME_BYTES)),
    incarnation: incarnation(body.integer()),
    to: body.integer(),
    number: sessionNumber(body.integer()),
    received: body.integer(),
  }
  body.end()
  return hello
}

export function encodeWelcome(tag: number, welcome: Welcome): Uint8Array {
  const writer = beginFrame(FRAME_KIND.welcome, tag)
  writer.integer(welcome.incarnation)
  writer.integer(welcome.to)
  writer.integer(welcome.number)
  writer.integer(welcome.received)
  return writer.finish()
}

export function decodeWelcome(body: ByteReader): Welcome {
  const welcome = {
    incarnation: incarnation(body.integer()),
    to: incarnation(body.integer()),
    number: sessionNumber(body.integer()),
    received: body.integer(),
  }
  body.end()
  return welcome
}

export function encodeSessionEnded(tag: number, ended: SessionEnded): Uint8Array {
  const writer = beginFrame(FRAME_KIND.sessionEnded, tag)
  writer.integer(ended.incarnation)
  writer.integer(ended.counter)
  writer.byte(ended.refusal)
  return writer.finish()
}

export function decodeSessionEnded(body: ByteReader): SessionEnded {
  const ended = { incarnation: incarnation(body.integer()), counter: body.integer(), refusal: body.byte() }
  body.end()
  if (ended.refusal > REFUSAL.olderIncarnation) throw malformed('an unknown refusal', { refusal: ended.refusal })
  return ended
}

/** @param reason at most `MAX_REASON_LENGTH` characters */
export function encodeBye(tag: number, reason: string): Uint8Array {
  const writer = beginFrame(FRAME_KIND.bye, tag)
  writer.string(reason)
  return writer.finish()
}

export function decodeBye(body: ByteReader): string {
  const reason = body.string(MAX_REASON_LENGTH * 3)
  body.end()
  return reason
}

function sessionNumber(value: number): number {
  if (value < 1) throw malformed('a session number is positive', { value })
  return value
}
