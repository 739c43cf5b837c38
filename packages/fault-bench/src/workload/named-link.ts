/**
 * Tells a node that listens who is at the other end of a link, before a session begins: `HeapNode` leaves that to its program. Who has
 * opened the link says its name until it is confirmed, since links over NATS may lose messages.
 */
import { IntroducedLink, type Link } from '@holdfast/transport'

const NAME = 'name:'
const CONFIRMED = 'name.'
const AGAIN_MS = 200
const text = (frame: Uint8Array): string => new TextDecoder().decode(frame)
const bytes = (words: string): Uint8Array => new TextEncoder().encode(words)

/** Of the end that has opened the link. @param onConfirmed starts the link, in this very call */
export function sayName(link: Link, name: string, onConfirmed: (link: Link) => void): void {
  const inner = new IntroducedLink(link)
  let isConfirmed = false
  const say = (): void => link.send(bytes(`${NAME}${name}`))
  const again = setInterval(say, AGAIN_MS)
  link.start({
    onFrame: (frame) => {
      if (text(frame.subarray(0, NAME.length)) !== CONFIRMED) inner.handlers?.onFrame(frame)
      else if (!isConfirmed) {
        isConfirmed = true
        clearInterval(again)
        onConfirmed(inner)
      }
    },
    onClose: (reason) => {
      clearInterval(again)
      inner.handlers?.onClose(reason)
    },
  })
  say()
}

/** Of the end that listens. */
export function hearName(link: Link, onNamed: (name: string, link: Link) => void): void {
  const inner = new IntroducedLink(link)
  let isNamed = false
  link.start({
    onFrame: (frame) => {
      if (text(frame.subarray(0, NAME.length)) !== NAME) {
        inner.handlers?.onFrame(frame)
        return
      }
      link.send(bytes(CONFIRMED))
      if (isNamed) return
      isNamed = true
      onNamed(text(frame.subarray(NAME.length)), inner)
    },
    onClose: (reason) => inner.handlers?.onClose(reason),
  })
}
