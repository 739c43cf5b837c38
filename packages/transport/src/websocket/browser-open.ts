import { ConnectionError } from '../connection-error.js'
import type { OpenSocketOptions, WebSocketLike } from './web-socket-like.js'

/** What there is of the platform's WebSocket; this package is compiled without the types of browsers. */
interface PlatformSocket extends WebSocketLike {
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: never) => void): void
}

declare const WebSocket: new (url: string) => PlatformSocket
declare const setTimeout: (action: () => void, ms: number) => number
declare const clearTimeout: (timer: number) => void

/** @throws ConnectionError `connect-failed`, `connect-timed-out` */
export async function openWebSocket<T>(url: string, { timeout, use }: OpenSocketOptions<T>): Promise<T> {
  let socket: PlatformSocket
  try {
    socket = new WebSocket(url)
  } catch (error) {
    throw new ConnectionError('connect-failed', `no connection to ${url}`, { url, cause: String(error) })
  }
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new ConnectionError('connect-timed-out', `no connection to ${url} within ${timeout} ms`, { url, timeout }))
      socket.close()
    }, timeout)
    socket.addEventListener('open', () => {
      clearTimeout(timer)
      resolve(use({ socket, unref: () => {}, certificate: null }))
    })
    // After `open` without effect.
    socket.addEventListener('close', () => {
      clearTimeout(timer)
      reject(new ConnectionError('connect-failed', `no connection to ${url}`, { url }))
    })
  })
}
