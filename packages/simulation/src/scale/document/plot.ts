/**
 * A line plot as SVG text: logarithmic axes unless told, a legend at the right. The scales and their ticks are d3-scale's; nothing here needs a
 * DOM. Colors are Okabe and Ito's, which most color-blind people tell apart, and every line has a mark of its own besides.
 */
import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from 'd3-scale'

export interface Line {
  readonly name: string
  /** By ascending x; above 0 on a logarithmic axis. */
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface Plot {
  readonly title: string
  readonly x: string
  readonly y: string
  /** Logarithmic unless told. */
  readonly xScale?: 'linear' | 'log'
  readonly lines: readonly Line[]
}

type Scale = ScaleContinuousNumeric<number, number>

const WIDTH = 760
const HEIGHT = 400
const MARGIN = { left: 92, right: 200, top: 44, bottom: 54 }
const RIGHT = WIDTH - MARGIN.right
const BOTTOM = HEIGHT - MARGIN.bottom

const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9']
const DASHES = ['', '7 3', '2 3', '9 3 2 3', '4 4', '1 2']
const TICKS = 6

/** Draws a plot. O(points). */
export function drawPlot({ title, x, y, xScale = 'log', lines }: Plot): string {
  const points = lines.flatMap((line) => line.points)
  const scale = xScale === 'log' ? scaleLog : scaleLinear
  const across: Scale = scale(domainOf(points.map(([value]) => value)), [MARGIN.left, RIGHT])
  const up = scaleLog(domainOf(points.map(([, value]) => value)), [BOTTOM, MARGIN.top]).nice()
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${escape(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text([MARGIN.left, 22], title, 'font-size="15" font-weight="bold"'),
    ...xAxis(across, x, xScale === 'log' ? majorTicks(across) : wholeTicks(across)),
    ...yAxis(up, y),
    ...lines.flatMap((line, place) => drawLine(line, place, { across, up })),
    '</svg>',
    '',
  ].join('\n')
}

/** A single value gets room on both sides. */
function domainOf(values: readonly number[]): [number, number] {
  const least = Math.min(...values)
  const greatest = Math.max(...values)
  return greatest > least ? [least, greatest] : [least / 2, greatest * 2]
}

function xAxis(scale: Scale, label: string, ticks: readonly number[]): string[] {
  return [
    ...ticks.map((tick) => rule([scale(tick), MARGIN.top], [scale(tick), BOTTOM])),
    ...ticks.map((tick) => text([scale(tick), BOTTOM + 18], tickText(tick), 'text-anchor="middle"')),
    text([(MARGIN.left + RIGHT) / 2, BOTTOM + 40], label, 'text-anchor="middle"'),
  ]
}

function yAxis(scale: Scale, label: string): string[] {
  const ticks = majorTicks(scale)
  const middle = (MARGIN.top + BOTTOM) / 2
  return [
    ...ticks.map((tick) => rule([MARGIN.left, scale(tick)], [RIGHT, scale(tick)])),
    ...ticks.map((tick) => text([MARGIN.left - 8, scale(tick) + 4], tickText(tick), 'text-anchor="end"')),
    text([16, middle], label, `text-anchor="middle" transform="rotate(-90 16 ${middle})"`),
  ]
}

/** Powers of ten; where there are fewer than two, what d3 thinks readable. */
function majorTicks(scale: Scale): number[] {
  const ticks = scale.ticks(TICKS)
  const powers = ticks.filter((tick) => Number.isInteger(Math.round(Math.log10(tick) * 1e6) / 1e6))
  return powers.length >= 2 ? powers : ticks
}

/** What is counted has no halves. */
const wholeTicks = (scale: Scale): number[] => scale.ticks(TICKS).filter((tick) => Number.isInteger(tick))

const tickText = (tick: number): string => tick.toLocaleString('en-US', { maximumSignificantDigits: 3 })

function drawLine({ name, points }: Line, place: number, { across, up }: { across: Scale; up: Scale }): string[] {
  const color = COLORS[place % COLORS.length]
  // Shifted once the colors begin anew.
  const dashes = DASHES[(place + Math.floor(place / COLORS.length)) % DASHES.length]
  const at = points.map(([x, y]) => [across(x), up(y)] as const)
  const path = at.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')
  const stroke = `stroke="${color}" stroke-width="2" fill="none"${dashes === '' ? '' : ` stroke-dasharray="${dashes}"`}`
  const legendY = MARGIN.top + 8 + place * 22
  return [
    `<polyline points="${path}" ${stroke}/>`,
    ...at.map(([x, y]) => mark([x, y], place, color)),
    `<polyline points="${RIGHT + 16},${legendY} ${RIGHT + 46},${legendY}" ${stroke}/>`,
    mark([RIGHT + 31, legendY], place, color),
    text([RIGHT + 54, legendY + 4], name, ''),
  ]
}

/** A circle, a square or a diamond. */
function mark([x, y]: readonly [number, number], place: number, color: string): string {
  if (place % 3 === 0) return `<circle cx="${round(x)}" cy="${round(y)}" r="4" fill="${color}"/>`
  const turned = place % 3 === 2 ? ` transform="rotate(45 ${round(x)} ${round(y)})"` : ''
  return `<rect x="${round(x - 3.5)}" y="${round(y - 3.5)}" width="7" height="7" fill="${color}"${turned}/>`
}

function rule([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="#dddddd"/>`
}

function text([x, y]: readonly [number, number], content: string, attributes: string): string {
  return `<text x="${round(x)}" y="${round(y)}" fill="#222222" ${attributes}>${escape(content)}</text>`
}

const round = (value: number): number => Math.round(value * 10) / 10

const escape = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
