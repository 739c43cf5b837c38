/** A race written as a short story: it ends well with all rules, and badly without one. */
import { ALL_RULES, type Rule } from '@holdfast/core'
import { rulesWithout } from '@holdfast/core/unsafe-rules'
import { expect, it } from 'vitest'
import { Stage } from './stage.js'
import { Violation } from './violation.js'

/** What is seen when something live is lost. */
const LOST_EXPORT = /^a live reference without an export/

export interface Transcript {
  readonly rule: Rule
  /** Rules that would prevent the worst by themselves: off in the same story, in which they alone are not missed. */
  readonly alsoWithout?: readonly Rule[]
  /** What the rule is about, in a few words. */
  readonly about: string
  /** What is seen without the rule; a live reference whose export is gone unless told. */
  readonly loses?: RegExp
  /** Sessions end, nodes vanish, time passes. */
  readonly hasFaults?: boolean
  readonly story: (stage: Stage) => void
}

/** Plays a story with all rules, to the end, and without one: then something must go wrong, at the end at the latest. */
export function transcript(options: Transcript): void {
  const { rule, alsoWithout = [], about, loses = LOST_EXPORT, hasFaults = false, story } = options
  const play = (stage: Stage): void => {
    story(stage)
    stage.checks()
    if (hasFaults) stage.endsWell()
    else stage.ends()
  }
  it(`${rule}: ${about}`, () => {
    expect(() => play(new Stage({ hasFaults }))).not.toThrow()
    const most = alsoWithout.length === 0 ? ALL_RULES : rulesWithout(...alsoWithout)
    expect(() => play(new Stage({ hasFaults, rules: most }))).not.toThrow()
  })
  it(`${rule} switched off, the same story goes wrong`, () => {
    const stage = new Stage({ hasFaults, rules: rulesWithout(rule, ...alsoWithout) })
    let violation: unknown = null
    try {
      play(stage)
    } catch (error) {
      violation = error
    }
    expect(violation).toBeInstanceOf(Violation)
    expect((violation as Violation).message).toMatch(loses)
  })
}
