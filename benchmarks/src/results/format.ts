import type { Spread } from './row.js'

/** Three digits of what is small, whole numbers of what is not; a dash for nothing. */
export function formatNumber(value: number | null): string {
  if (value === null) return '–'
  const size = Math.abs(value)
  const digits = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4
  return value.toLocaleString('en-US', { minimumFractionDigits: Math.min(digits, 2), maximumFractionDigits: digits })
}

/** `2.10 (1.90–2.60)`: the median and what holds it with 95 %, or the number alone when there is but one. */
export function formatSpread(value: number | null, spread: Spread | null): string {
  if (value === null || spread === null) return formatNumber(value)
  const [from, to] = spread.interval
  return from === to ? formatNumber(value) : `${formatNumber(value)} (${formatNumber(from)}–${formatNumber(to)})`
}
