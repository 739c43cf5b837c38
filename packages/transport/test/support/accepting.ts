import type { PostingLink } from '../../src/link.js'
import {
  listenWebSocket,
  type WebSocketLinkOptions,
  type WebSocketListenerOptions,
  type WebSocketServerSource,
} from '../../src/websocket/index.js'

export interface Accepting {
  readonly address: string
  /** The link of the next connection. */
  next(): Promise<PostingLink>
  stop(): void
}

/** Listens, and hands out one link after the other. */
export async function accepting(
  source: WebSocketServerSource,
  options: WebSocketListenerOptions & Pick<WebSocketLinkOptions, 'onPost'> = {},
): Promise<Accepting> {
  const links: PostingLink[] = []
  const waiting: ((link: PostingLink) => void)[] = []
  const { onPost, ...others } = options
  const listening = await listenWebSocket(
    source,
    (open) => {
      const link = open({ onPost })
      const next = waiting.shift()
      if (next === undefined) links.push(link)
      else next(link)
    },
    others,
  )
  return {
    address: listening.address ?? '',
    next: () => {
      const link = links.shift()
      return link === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(link)
    },
    stop: () => listening.stop(),
  }
}
