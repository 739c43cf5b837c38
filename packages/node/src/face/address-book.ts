/** At which URLs nodes can be reached: by their own word, by a connection that was made, or by the word of others. */
import type { NodeId } from '@holdfast/core'

/** The most of one node, and the longest. */
const MAX_ADDRESSES = 8
const MAX_ADDRESS_LENGTH = 512
/** The most nodes that are remembered, and the most URLs at which this one was not admitted. */
const MAX_NODES = 4096

interface Entry {
  addresses: readonly string[]
  /** Whether they are the node's own word, which no other's replaces. */
  isOwnWord: boolean
}

export class AddressBook {
  /** In the order in which they were learnt last. */
  readonly #entries = new Map<NodeId, Entry>()
  /** URLs at which this node was not admitted. */
  readonly #shut = new Set<string>()

  /** O(1). */
  of(node: NodeId): readonly string[] {
    return this.#entries.get(node)?.addresses ?? []
  }

  /** A node says where it can be reached, or was reached at `dialed`. */
  learn(node: NodeId, said: readonly string[], dialed: string | null): void {
    const isKnown = dialed === null || said.includes(dialed)
    this.#set(node, { addresses: isKnown ? said : [...said, dialed], isOwnWord: true })
  }

  /** Another says where a node can be reached. */
  hear(node: NodeId, addresses: readonly string[]): void {
    if (this.#entries.get(node)?.isOwnWord !== true) this.#set(node, { addresses, isOwnWord: false })
  }

  /** This node was not admitted there. */
  shut(url: string): void {
    this.#shut.add(url)
    const [oldest] = this.#shut
    if (this.#shut.size > MAX_NODES) this.#shut.delete(oldest)
  }

  /** The program wants it tried again. */
  open(url: string): void {
    this.#shut.delete(url)
  }

  /** Those of some URLs, each once, at which this node was not refused. */
  openOnes(urls: readonly string[]): string[] {
    return [...new Set(urls)].filter((url) => !this.#shut.has(url))
  }

  #set(node: NodeId, entry: Entry): void {
    this.#entries.delete(node)
    if (entry.addresses.length === 0) return
    this.#entries.set(node, entry)
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > MAX_NODES) this.#entries.delete(oldest)
  }
}

/** @returns null for what is no list of addresses that may be sent */
export function readAddresses(value: unknown): readonly string[] | null {
  if (!Array.isArray(value) || value.length > MAX_ADDRESSES) return null
  const list: readonly unknown[] = value
  return list.every(isAddress) ? list : null
}

/** Whether it is the URL of a WebSocket server. */
export function isAddress(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length <= MAX_ADDRESS_LENGTH && /^wss?:\/\//i.test(value) && URL.canParse(value)
  )
}
