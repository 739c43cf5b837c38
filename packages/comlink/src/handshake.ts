/**
 * What `expose` and `wrap` say to each other through the endpoint that the program gave them. All else goes over a port of the nodes' own, so
 * the program's other messages may use the endpoint, too.
 *
 * Whoever comes first may be heard by nobody. So both speak when they begin, and a `wrap` that hears of an `expose` asks again: an
 * `expose` answers the same question once. Two nodes need one port in all: of the two, the one with the lesser name makes it.
 */

/** A port, of whichever platform. */
export interface Port {
  postMessage(message: unknown, transfer: never[]): void
  close(): void
  ref?(): void
  unref?(): void
}

export type Saying =
  /** From `expose`: there is something here. */
  | { readonly comlink: 'here' }
  /** From `wrap`: what is there? Answer with this question's number. */
  | { readonly comlink: 'ask'; readonly question: string; readonly node: string }
  /** From `expose`: ask that node with this ticket, once; here is a port to it, unless there is one or you are to make it. */
  | {
      readonly comlink: 'answer'
      readonly question: string
      readonly node: string
      readonly ticket: string
      readonly port?: Port
    }
  /** From `wrap`: here is the port to my node. */
  | { readonly comlink: 'port'; readonly node: string; readonly port: Port }

/** @returns null for whatever else travels through the endpoint */
export function readSaying(data: unknown): Saying | null {
  if (typeof data !== 'object' || data === null) return null
  const { comlink, question, node, ticket, port } = data as Record<string, unknown>
  switch (comlink) {
    case 'here':
      return { comlink }
    case 'ask':
      return isText(question) && isText(node) ? { comlink, question, node } : null
    case 'answer':
      if (!isText(question) || !isText(node) || !isText(ticket)) return null
      return { comlink, question, node, ticket, ...(isPort(port) ? { port } : {}) }
    case 'port':
      return isText(node) && isPort(port) ? { comlink, node, port } : null
    default:
      return null
  }
}

/** A name that nobody guesses. */
export function randomName(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('')
}

const isText = (value: unknown): value is string => typeof value === 'string'

const isPort = (value: unknown): value is Port => typeof value === 'object' && value !== null && 'postMessage' in value
