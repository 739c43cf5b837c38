/** A link whose frames go out when what they tell of is on disk, and which closes behind them. */
import { checkFrameLength, type Link } from '@holdfast/transport'
import type { Committer } from './committer.js'

export function heldLink(link: Link, committer: Committer): Link {
  const { reliable, maxFrameBytes } = link
  return {
    reliable,
    maxFrameBytes,
    start: (handlers) => link.start(handlers),
    send: (frame) => {
      checkFrameLength(frame, maxFrameBytes)
      committer.afterCommit(() => link.send(frame))
    },
    close: () => {
      const close = (): void => link.close()
      committer.afterCommit(close, close)
    },
  }
}
