/**
 * Tells two nodes each other's names over a link that neither knows yet: the first frame each way. After it the link is as if it had
 * been made for these two.
 */
import { type NodeId, nodeId, ProtocolError } from '@holdfast/core'
import type { CloseReason, Link, LinkHandlers } from '@holdfast/transport'
import { readAddresses } from './address-book.js'

/** What the first frame begins with, and the version of what follows. */
const PROTOCOL = 'holdfast/'
const VERSION = '1'
const MAX_GREETING_BYTES = 8192

/** What a node says of itself at the beginning of a link. */
export interface Greeting {
  readonly node: NodeId
  readonly incarnation: number
  /** The number of this link among all that this incarnation has had. */
  readonly link: number
  /** At which URLs others reach it. */
  readonly addresses: readonly string[]
}

export interface IntroductionHandlers {
  /** What the other node said; starts the link, in this very call. */
  readonly onNamed: (peer: Greeting, link: Link) => void
  /** Called instead when the link closes before, or when what comes is no name, or this node's own. */
  readonly onLost: (error: Error) => void
  /** The link of a named peer is over. */
  readonly onClosed: (peer: NodeId, reason: CloseReason) => void
}

/** Says this node's name and waits for the other's. */
export function introduce(link: Link, own: Greeting, { onNamed, onLost, onClosed }: IntroductionHandlers): void {
  const introduced = new IntroducedLink(link)
  let peer: NodeId | null = null
  let problem: ProtocolError | null = null
  link.start({
    onFrame: (frame) => {
      if (peer !== null) {
        introduced.handlers?.onFrame(frame)
        return
      }
      try {
        const greeting = readGreeting(frame)
        if (greeting.node === own.node) throw new ProtocolError('same-name', 'the other node has the same name')
        peer = greeting.node
        onNamed(greeting, introduced)
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error
        problem = error
        link.close()
      }
    },
    onClose: (reason) => {
      if (introduced.handlers === null) {
        const what = 'the link closed before both nodes knew their names'
        onLost(problem ?? new ProtocolError('not-introduced', what, { peer, reason }))
        return
      }
      introduced.handlers.onClose(reason)
      if (peer !== null) onClosed(peer, reason)
    },
  })
  link.send(new TextEncoder().encode(`${PROTOCOL}${VERSION} ${JSON.stringify(own)}`))
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

/** @throws ProtocolError `not-introduced`, `unsupported-version`, `bad-id` */
function readGreeting(frame: Uint8Array): Greeting {
  const bad = (): ProtocolError => new ProtocolError('not-introduced', 'the first frame is no introduction of a node')
  if (frame.length > MAX_GREETING_BYTES) throw bad()
  const text = new TextDecoder().decode(frame)
  if (!text.startsWith(PROTOCOL)) throw bad()
  const [version] = text.slice(PROTOCOL.length).split(' ', 1)
  if (version !== VERSION) {
    const data = { version: version.slice(0, 16), supported: VERSION }
    throw new ProtocolError('unsupported-version', 'the other node speaks another version of the protocol', data)
  }
  let value: unknown
  try {
    value = JSON.parse(text.slice(PROTOCOL.length + VERSION.length))
  } catch {
    throw bad()
  }
  if (typeof value !== 'object' || value === null) throw bad()
  const { node, incarnation, link, addresses } = value as { readonly [Key in keyof Greeting]?: unknown }
  const list = readAddresses(addresses)
  if (typeof node !== 'string' || !isCount(incarnation) || !isCount(link) || list === null) throw bad()
  return { node: nodeId(node), incarnation, link, addresses: list }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
