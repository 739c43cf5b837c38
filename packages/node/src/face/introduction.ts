/**
 * Tells two nodes each other's names over a link that neither knows yet: the first frame each way. After it the link is as if it had
 * been made for these two.
 */
import { type NodeId, nodeId, ProtocolError } from '@holdfast/core'
import type { CloseReason, Link, LinkHandlers } from '@holdfast/transport'

/** What the first frame begins with, and the version of what follows. */
const GREETING = 'holdfast/1 '
const MAX_GREETING_BYTES = 1024

export interface IntroductionHandlers {
  /** The other node's name; starts the link, in this very call. */
  readonly onNamed: (peer: NodeId, link: Link) => void
  /** Called instead when the link closes before, or when what comes is no name, or this node's own. */
  readonly onLost: (error: Error) => void
  /** The link of a named peer is over. */
  readonly onClosed: (peer: NodeId, reason: CloseReason) => void
}

/** Says this node's name and waits for the other's. */
export function introduce(link: Link, own: NodeId, { onNamed, onLost, onClosed }: IntroductionHandlers): void {
  const introduced = new IntroducedLink(link)
  let peer: NodeId | null = null
  link.start({
    onFrame: (frame) => {
      if (peer !== null) {
        introduced.handlers?.onFrame(frame)
        return
      }
      peer = readGreeting(frame)
      if (peer === null || peer === own) link.close()
      else onNamed(peer, introduced)
    },
    onClose: (reason) => {
      if (introduced.handlers === null) {
        onLost(
          new ProtocolError('not-introduced', 'the link closed before both nodes knew their names', { peer, reason }),
        )
        return
      }
      introduced.handlers.onClose(reason)
      if (peer !== null) onClosed(peer, reason)
    },
  })
  link.send(new TextEncoder().encode(GREETING + own))
}

/** A link whose first frame has been read. It is started in the job in which that came, so nothing needs to be kept. */
class IntroducedLink implements Link {
  readonly #link: Link
  handlers: LinkHandlers | null = null

  constructor(link: Link) {
    this.#link = link
  }

  get reliable(): boolean {
    return this.#link.reliable
  }

  get maxFrameBytes(): number {
    return this.#link.maxFrameBytes
  }

  send(frame: Uint8Array): void {
    this.#link.send(frame)
  }

  close(): void {
    this.#link.close()
  }

  start(handlers: LinkHandlers): void {
    this.handlers = handlers
  }
}

/** @returns null for anything but a greeting */
function readGreeting(frame: Uint8Array): NodeId | null {
  if (frame.length > MAX_GREETING_BYTES) return null
  const text = new TextDecoder().decode(frame)
  if (!text.startsWith(GREETING)) return null
  try {
    return nodeId(text.slice(GREETING.length))
  } catch {
    return null
  }
}
