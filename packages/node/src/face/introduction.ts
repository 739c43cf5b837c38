/**
 * Tells two nodes each other's names over a link that neither knows yet: the first frame each way. Whoever judges the other says so, and
 * then, in a frame of its own, that it admits it or not; until then neither sends anything else. After it the link is as if it had been
 * made for these two.
 */
import { type NodeId, nodeId, ProtocolError } from '@holdfast/core'
import { type CloseReason, IntroducedLink, type Link } from '@holdfast/transport'
import { readAddresses } from './address-book.js'
import { MAX_CREDENTIALS_LENGTH } from './authentication.js'

/** What the first frame begins with, and the version of what follows. */
const PROTOCOL = 'holdfast/'
const VERSION = '1'
const MAX_GREETING_BYTES = 16_384
const ADMITTED = `${PROTOCOL}${VERSION} admitted`
const REFUSED = `${PROTOCOL}${VERSION} refused`

/** What a node says of itself at the beginning of a link. */
export interface Greeting {
  readonly node: NodeId
  readonly incarnation: number
  /** The number of this link among all that this incarnation has had. */
  readonly link: number
  /** At which URLs others reach it. */
  readonly addresses: readonly string[]
  /** What it wants to be believed by. */
  readonly credentials: string | null
  /** Whether it judges the other, and will say so. */
  readonly judges: boolean
}

export interface IntroductionHandlers {
  /** Whether the other node is admitted; null where anybody is. */
  readonly judge: ((peer: Greeting) => boolean | Promise<boolean>) | null
  /** What the other node said; starts the link, in this very call. */
  readonly onNamed: (peer: Greeting, link: Link) => void
  /** Called instead when the link closes before, or when what comes is no name, or this node's own. */
  readonly onLost: (error: Error) => void
  /** The link of a named peer is over. */
  readonly onClosed: (peer: NodeId, reason: CloseReason) => void
}

/** Says this node's name and waits for the other's, and until each has admitted the other. */
export function introduce(link: Link, own: Greeting, handlers: IntroductionHandlers): void {
  new Introduction(link, own, handlers)
}

class Introduction {
  readonly #link: Link
  readonly #own: Greeting
  readonly #handlers: IntroductionHandlers
  readonly #introduced: IntroducedLink
  #greeting: Greeting | null = null
  /** Whether this node has admitted the other. */
  #hasAdmitted: boolean
  /** Whether the other has admitted this node. */
  #isAdmitted = false
  #isNamed = false
  #isOver = false
  #problem: Error | null = null

  constructor(link: Link, own: Greeting, handlers: IntroductionHandlers) {
    this.#link = link
    this.#own = own
    this.#handlers = handlers
    this.#introduced = new IntroducedLink(link)
    this.#hasAdmitted = handlers.judge === null
    link.start({ onFrame: (frame) => this.#frame(frame), onClose: (reason) => this.#closed(reason) })
    this.#say(`${PROTOCOL}${VERSION} ${JSON.stringify(own)}`)
  }

  #frame(frame: Uint8Array): void {
    if (this.#isNamed) this.#introduced.handlers?.onFrame(frame)
    else if (!this.#isOver && this.#problem === null) this.#attempt(() => this.#read(frame))
  }

  #read(frame: Uint8Array): void {
    if (frame.length > MAX_GREETING_BYTES) throw notIntroduced()
    const text = new TextDecoder().decode(frame)
    if (text === REFUSED) throw new ProtocolError('not-admitted', 'the other node does not admit this one')
    if (this.#greeting === null) {
      const greeting = readGreeting(text)
      if (greeting.node === this.#own.node) throw new ProtocolError('same-name', 'the other node has the same name')
      this.#greeting = greeting
      this.#isAdmitted = !greeting.judges
      this.#judge(greeting)
    } else if (text === ADMITTED && !this.#isAdmitted) this.#isAdmitted = true
    else throw notIntroduced()
    this.#goOn()
  }

  #judge(greeting: Greeting): void {
    const { judge } = this.#handlers
    if (judge === null) return
    const refuse = (): void => {
      this.#attempt(() => {
        this.#say(REFUSED)
        throw new ProtocolError('not-admitted', 'this node does not admit the other', { node: greeting.node })
      })
    }
    new Promise<boolean>((resolve) => resolve(judge(greeting))).then((isAdmitted) => {
      if (this.#isOver || this.#problem !== null) return
      if (!isAdmitted) {
        refuse()
        return
      }
      this.#hasAdmitted = true
      this.#say(ADMITTED)
      this.#attempt(() => this.#goOn())
    }, refuse)
  }

  #goOn(): void {
    if (this.#greeting === null || !this.#hasAdmitted || !this.#isAdmitted) return
    this.#isNamed = true
    this.#handlers.onNamed(this.#greeting, this.#introduced)
  }

  /** What is wrong with the other end ends the link. */
  #attempt(act: () => void): void {
    if (this.#isOver) return
    try {
      act()
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#problem = error
      this.#link.close()
    }
  }

  #closed(reason: CloseReason): void {
    this.#isOver = true
    const { handlers } = this.#introduced
    const node = this.#greeting?.node ?? null
    if (handlers === null || node === null) {
      this.#handlers.onLost(this.#problem ?? this.#lost(reason))
      return
    }
    handlers.onClose(reason)
    this.#handlers.onClosed(node, reason)
  }

  #lost(reason: CloseReason): ProtocolError {
    const node = this.#greeting?.node ?? null
    if (node !== null && !this.#hasAdmitted && reason === 'closed-here') {
      return new ProtocolError('not-admitted', 'this node did not make up its mind in time', { node })
    }
    const what = 'the link closed before both nodes knew their names'
    return new ProtocolError('not-introduced', what, { peer: node, reason })
  }

  #say(text: string): void {
    this.#link.send(new TextEncoder().encode(text))
  }
}

/** @throws ProtocolError `not-introduced`, `unsupported-version`, `bad-id` */
function readGreeting(text: string): Greeting {
  if (!text.startsWith(PROTOCOL)) throw notIntroduced()
  const [version] = text.slice(PROTOCOL.length).split(' ', 1)
  if (version !== VERSION) {
    const data = { version: version.slice(0, 16), supported: VERSION }
    throw new ProtocolError('unsupported-version', 'the other node speaks another version of the protocol', data)
  }
  let value: unknown
  try {
    value = JSON.parse(text.slice(PROTOCOL.length + VERSION.length))
  } catch {
    throw notIntroduced()
  }
  if (typeof value !== 'object' || value === null) throw notIntroduced()
  const { node, incarnation, link, addresses, ...rest } = value as { readonly [Key in keyof Greeting]?: unknown }
  const { credentials = null, judges = false } = rest
  const list = readAddresses(addresses)
  if (typeof node !== 'string' || !isCount(incarnation) || !isCount(link) || list === null) throw notIntroduced()
  if (!isCredentials(credentials) || typeof judges !== 'boolean') throw notIntroduced()
  return { node: nodeId(node), incarnation, link, addresses: list, credentials, judges }
}

function notIntroduced(): ProtocolError {
  return new ProtocolError('not-introduced', 'the first frame is no introduction of a node')
}

function isCredentials(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && value.length <= MAX_CREDENTIALS_LENGTH)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
