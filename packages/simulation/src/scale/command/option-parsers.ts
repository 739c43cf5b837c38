/** Values of options. Each parser throws commander's InvalidArgumentError, which names option and value. */
import { InvalidArgumentError } from 'commander'
import { MIN_NEIGHBOURS } from '../structures/rings.js'

/** More than fit into the memory of most machines. */
const MAX_NODES = 1_000_000

export function parseNodes(text: string): number[] {
  const counts = text.split(',').map(Number)
  if (!counts.every((count) => Number.isInteger(count) && count >= MIN_NEIGHBOURS && count <= MAX_NODES)) {
    throw new InvalidArgumentError(`It is a list, with commas, of integers from ${MIN_NEIGHBOURS} to ${MAX_NODES}.`)
  }
  return [...new Set(counts)].sort((a, b) => a - b)
}
