import type { Socket } from 'node:net'
import { WebSocket } from 'ws'
import { ConnectionError } from '../connection-error.js'
import { COMMON_OPTIONS, certificateOf, like, tlsOf } from './node-ws.js'
import type { OpenSocketOptions } from './web-socket-like.js'

/** @throws ConnectionError `connect-failed`, `connect-timed-out` */
export function openWebSocket<T>(url: string, options: OpenSocketOptions<T>): Promise<T> {
  const { maxPayload, timeout, tls, headers, use } = options
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      const cause = String(error instanceof Error ? error.message : error)
      const isLate = cause.includes('handshake has timed out')
      const problem = isLate ? `no connection to ${url} within ${timeout} ms` : `no connection to ${url}: ${cause}`
      reject(new ConnectionError(isLate ? 'connect-timed-out' : 'connect-failed', problem, { url, cause }))
    }
    try {
      const limits = { handshakeTimeout: timeout, maxPayload }
      const socket = new WebSocket(url, { ...COMMON_OPTIONS, ...limits, ...tlsOf(tls), headers: { ...headers } })
      let connection: Socket | null = null
      socket.once('upgrade', (response) => {
        connection = response.socket
      })
      // Later errors are the link's: this one listens only to what comes before `open`.
      socket.once('error', fail)
      socket.once('open', () => {
        socket.off('error', fail)
        resolve(use({ socket: like(socket), unref: () => connection?.unref(), certificate: certificateOf(connection) }))
      })
    } catch (error) {
      fail(error)
    }
  })
}
