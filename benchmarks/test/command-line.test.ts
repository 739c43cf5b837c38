import { expect, it } from 'vitest'
import { helpText, parseCommandLine } from '../src/command-line.js'
import { SUITE_NAMES } from '../src/suites.js'

it('runs all suites when none is named', () => {
  expect(parseCommandLine([])).toEqual({ help: false, quick: false, json: null, suites: SUITE_NAMES })
})

it('runs the named suites, each once, in their order', () => {
  const parsed = parseCommandLine(['rings', 'marking', '--quick', 'rings', '--json', 'out.json'])
  expect(parsed).toEqual({ help: false, quick: true, json: 'out.json', suites: ['rings', 'marking'] })
})

it.each([[['nonsense']], [['--nonsense']], [['--json']], [['toString']]])('refuses %j', (args) => {
  expect(() => parseCommandLine(args)).toThrow('bad-arguments')
})

it('names every suite in its help', () => {
  for (const name of SUITE_NAMES) expect(helpText()).toContain(`\n  ${name} `)
})
