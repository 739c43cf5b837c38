/** Values of options. Each parser throws commander's InvalidArgumentError, which names option and value. */
import { RULES, type Rule } from '@holdfast/core'
import { InvalidArgumentError } from 'commander'

const DIGITS = /^\d{1,15}$/

function integer(text: string, { min, max }: { min: number; max: number }): number {
  const value = DIGITS.test(text) ? Number(text) : Number.NaN
  if (!(value >= min && value <= max)) throw new InvalidArgumentError(`It is an integer from ${min} to ${max}.`)
  return value
}

export const parseSeed = (text: string): number => integer(text, { min: 0, max: 0xffffffff })
export const parseCount = (text: string): number => integer(text, { min: 1, max: 1e12 })
export const parseNodes = (text: string): number => integer(text, { min: 2, max: 6 })
export const parseSteps = (text: string): number => integer(text, { min: 0, max: 1e6 })
export const parseJobs = (text: string): number => integer(text, { min: 1, max: 64 })

export function parseMinutes(text: string): number {
  const minutes = Number(text)
  if (!(minutes > 0 && minutes <= 10_000)) throw new InvalidArgumentError('It is a number of minutes above 0.')
  return minutes
}

/** Rules by the beginnings of their names: `C4`, `quarantine-before`. */
export function parseRules(text: string): Rule[] {
  return text.split(',').map((start) => {
    const exact = RULES.find((rule) => rule === start)
    if (exact !== undefined) return exact
    const meant = RULES.filter((rule) => rule.startsWith(start))
    if (meant.length === 1) return meant[0]
    const choice = meant.length === 0 ? `There are ${RULES.join(', ')}` : `'${start}' could be ${meant.join(' or ')}`
    throw new InvalidArgumentError(`${choice}.`)
  })
}
