import { expect, it } from 'vitest'
import { parseCommandLine } from '../src/command-line.js'
import { SUITE_NAMES } from '../src/suites.js'

const RUN = { kind: 'run', quick: false, check: false, json: null, profile: null }

it('runs all suites when none is named, and adds that to the history', () => {
  expect(parseCommandLine([])).toEqual({ ...RUN, suites: SUITE_NAMES, history: true })
  expect(parseCommandLine(['--no-history'])).toMatchObject({ history: false })
})

it('runs the named suites, each once, in their order', () => {
  const parsed = parseCommandLine(['leases', 'marking', '--quick', '--check', 'leases', '--json', 'out.json'])
  const asked = { quick: true, check: true, json: 'out.json', suites: ['leases', 'marking'], history: false }
  expect(parsed).toEqual({ ...RUN, ...asked })
})

it.each([
  [['--compare'], { kind: 'compare', from: null }],
  [['--compare', 'a.json'], { kind: 'compare', from: 'a.json' }],
  [['--from', 'a.json', '--check'], { kind: 'check', from: 'a.json' }],
  [['--document', 'a.json'], { kind: 'document', from: 'a.json' }],
  [['--accept'], { kind: 'accept' }],
  [['--draw'], { kind: 'draw' }],
])('%j measures nothing', (args, request) => {
  expect(parseCommandLine(args)).toEqual(request)
})

it.each([
  [['nonsense']],
  [['--nonsense']],
  [['--json']],
  [['toString']],
  [['--draw', '--quick']],
  [['--accept', '--draw']],
  [['--from', 'a.json']],
])('refuses %j', (args) => {
  expect(() => parseCommandLine(args)).toThrow('bad-arguments')
})

it('names every suite in its help, and examples', () => {
  let help = ''
  const write = (text: string): void => {
    help += text
  }
  expect(parseCommandLine(['--help'], write)).toBeNull()
  for (const name of SUITE_NAMES) expect(help).toContain(`\n  ${name} `)
  expect(help).toContain('Examples:')
})
