import type { WebEndpoint } from './endpoint.js'

/** A window that messages can be posted to: of a frame, a popup, an opener. */
export interface PostTarget {
  postMessage(message: unknown, targetOrigin: string, transfer: never[]): void
}

/** Where the messages of windows arrive. */
export type MessageSource = Pick<WebEndpoint, 'addEventListener' | 'removeEventListener'>

/**
 * An endpoint for another window.
 * @param context where its messages arrive
 * @param targetOrigin who may read what is sent: the window's origin, or '*' for anybody that is in it
 */
export function windowEndpoint(
  window: PostTarget,
  context: MessageSource = globalThis as unknown as MessageSource,
  targetOrigin = '*',
): WebEndpoint {
  return {
    window,
    postMessage: (message, transfer) => window.postMessage(message, targetOrigin, transfer),
    addEventListener: (type, listener) => context.addEventListener(type, listener),
    removeEventListener: (type, listener) => context.removeEventListener(type, listener),
  }
}
