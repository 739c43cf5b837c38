/** What both sides of a connection in Node need of the package `ws`. Nothing is compressed: frames are small and many. */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { WebSocket } from 'ws'
import type { PeerCertificate } from '../link.js'
import type { TlsOptions, WebSocketLike } from './web-socket-like.js'

/** How long a closing connection waits for the other side, which may be stopped. Not in the types of `ws` yet. */
const CLOSE_TIMEOUT_MS = 2000

export const COMMON_OPTIONS = { perMessageDeflate: false, closeTimeout: CLOSE_TIMEOUT_MS }

/** The types of `node:tls` want arrays that can be written to. */
export function tlsOf({ ca, cert, key, ...others }: TlsOptions = {}): object {
  const bytes = (value: string | Uint8Array): string | Buffer =>
    typeof value === 'string' ? value : Buffer.from(value)
  return {
    ...others,
    ...(ca === undefined ? {} : { ca: (Array.isArray(ca) ? ca : [ca]).map(bytes) }),
    ...(cert === undefined ? {} : { cert: bytes(cert) }),
    ...(key === undefined ? {} : { key: bytes(key) }),
  }
}

/** Only the types differ, in events that nobody looks at. */
export const like = (socket: WebSocket): WebSocketLike => socket

/** What the other end of a connection has shown; null without TLS, or if it has shown nothing. */
export function certificateOf(connection: Socket | null): PeerCertificate | null {
  if (!(connection instanceof TLSSocket)) return null
  const { raw, fingerprint256: fingerprint, subject, subjectaltname } = connection.getPeerCertificate()
  if ((raw as Buffer | undefined) === undefined) return null
  const names = subjectaltname ?? null
  return { raw: new Uint8Array(raw), fingerprint, subject: { ...subject }, names, isVerified: connection.authorized }
}
