/** Values of options. Each parser throws commander's InvalidArgumentError, which names option and value. */
import { InvalidArgumentError } from 'commander'
import { MAX_NODES } from '../heap-graph/partition.js'
import { COLLECTORS, type CollectorName } from '../replay/collection.js'

const DIGITS = /^\d{1,15}$/

function integer(text: string, what: string): number {
  if (!DIGITS.test(text)) throw new InvalidArgumentError(`It is ${what}.`)
  return Number(text)
}

export function parseNodes(text: string): number {
  const what = `an integer from 1 to ${MAX_NODES}`
  const nodes = integer(text, what)
  if (nodes < 1 || nodes > MAX_NODES) throw new InvalidArgumentError(`It is ${what}.`)
  return nodes
}

export function parseCount(text: string): number | 'all' {
  return text === 'all' ? 'all' : integer(text, `a non-negative integer or 'all'`)
}

export function parseSeed(text: string): number {
  const what = 'an integer from 0 to 4294967295'
  const seed = integer(text, what)
  if (seed > 0xffffffff) throw new InvalidArgumentError(`It is ${what}.`)
  return seed
}

/** Nodes by index, or how many of them. */
export function parseNodeCount(text: string): number {
  return integer(text, 'a non-negative integer')
}

export function parseTerm(text: string): number {
  const what = 'an integer of milliseconds from 10 to 600000'
  const term = integer(text, what)
  if (term < 10 || term > 600_000) throw new InvalidArgumentError(`It is ${what}.`)
  return term
}

export function parseLoss(text: string): number {
  const loss = Number(text)
  if (text.trim() === '' || !(loss >= 0 && loss < 1))
    throw new InvalidArgumentError('It is a number from 0 up to, but not including, 1.')
  return loss
}

export function parseCollectors(text: string): CollectorName[] {
  const names = text.split(',')
  const isCollector = (name: string): name is CollectorName => COLLECTORS.some((collector) => collector === name)
  if (!names.every(isCollector))
    throw new InvalidArgumentError(`It is a list, with commas, of ${COLLECTORS.join(', ')}.`)
  return COLLECTORS.filter((collector) => names.includes(collector))
}
