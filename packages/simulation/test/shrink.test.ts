import { describe, expect, it } from 'vitest'
import { type Action, checkerOf, replay, runSeed, shrink, toRegression, transcript } from '../src/index.js'

/** A run that fails without a rule, and is soon found. */
function failingRun() {
  for (let seed = 1; ; seed++) {
    const run = runSeed({ seed, workload: 'mutators', without: ['quarantine-before-removal'] })
    if (run.violation !== null) return { ...run, violation: run.violation }
  }
}

describe('shrink', () => {
  const failing = failingRun()
  const shrunk = shrink(failing)

  it('keeps what fails, seen by the same checker', () => {
    const again = replay(shrunk.plan, shrunk.actions)
    expect(again.violation).toBe(shrunk.violation)
    expect(checkerOf(shrunk.violation)).toBe(checkerOf(failing.violation))
    expect(shrunk.actions.length).toBeLessThan(failing.actions.length / 2)
  })

  it('leaves no action that could be left out', () => {
    const without = (left: Action): Action[] => shrunk.actions.filter((action) => action !== left)
    for (const action of shrunk.actions) {
      const { violation } = replay(shrunk.plan, without(action))
      expect(violation === null || checkerOf(violation) !== checkerOf(shrunk.violation)).toBe(true)
    }
  })

  it('the transcript of a bulk drop names a few of the many', () => {
    const { plan, actions } = runSeed({ seed: 700062180, workload: 'bulk-drop', steps: 20 })
    const lines = transcript(plan, actions)
    expect(lines.some((line) => / and \d+ more/.test(line))).toBe(true)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(500)
  })

  it('the transcript ends with what was violated', () => {
    expect(transcript(shrunk.plan, shrunk.actions).at(-1)).toBe(`VIOLATED ${shrunk.violation}`)
  })

  it('with all rules the same actions violate nothing', () => {
    expect(replay({ ...shrunk.plan, without: [] }, shrunk.actions).violation).toBeNull()
  })

  it('a regression has a kebab-case name', () => {
    expect(() => toRegression('No Name', shrunk)).toThrow('[bad-name]')
    expect(toRegression('a-name', shrunk).without).toEqual(['quarantine-before-removal'])
  })
})
