import type { PeerCertificate } from '../link.js'

/** What a link needs of an open WebSocket: those of browsers and of the package `ws` have it. */
export interface WebSocketLike {
  binaryType: string
  readonly bufferedAmount: number
  send(data: Uint8Array<ArrayBuffer> | string): void
  close(code?: number, reason?: string): void
  /** Ends the connection without a word, where that can be done. */
  terminate?(): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void
  addEventListener(type: 'error', listener: (event: { readonly error?: unknown }) => void): void
}

/** What keeps the process alive for a socket can be lifted, where it does. */
export interface OpenSocket {
  readonly socket: WebSocketLike
  readonly unref: () => void
  /** What the other end has shown; null without TLS, in browsers, and where it was not asked. */
  readonly certificate: PeerCertificate | null
}

/** Ways to secure a connection, as those of `node:tls`: passed through. Browsers have none. */
export interface TlsOptions {
  /** Certificates of those who may sign the other side's. Default: what the system trusts. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[]
  readonly cert?: string | Uint8Array
  readonly key?: string | Uint8Array
  readonly passphrase?: string
  /** Whether a certificate that cannot be verified is refused. Default: true. */
  readonly rejectUnauthorized?: boolean
  /** On a server: whether clients have to show a certificate. Default: false. */
  readonly requestCert?: boolean
  /** The name that the server's certificate has to be for. Default: the host of the URL. */
  readonly servername?: string
}

export interface OpenSocketOptions<T> {
  /** Takes the socket over in the very call that opens it: what comes with the answer is read right after. */
  readonly use: (socket: OpenSocket) => T
  readonly maxPayload: number
  /** How long opening may take, in ms. */
  readonly timeout: number
  readonly tls?: TlsOptions | undefined
  /** Sent with the request, in Node. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}
