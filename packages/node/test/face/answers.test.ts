import { nodeId } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { Answers } from '../../src/face/answers.js'

const bob = nodeId('bob')

describe('results', () => {
  it('are there from their answer to its acknowledgement, and none is left', () => {
    const answers = new Answers()
    for (let call = 1; call <= 100; call++) answers.sent(bob, call * 2, { call, result: `result ${call}` })
    for (let done = 0; done <= 100; done++) {
      answers.acknowledged(bob, done * 2)
      expect(answers.size).toBe(100 - done)
      expect(answers.has(bob, done)).toBe(false)
      expect(answers.get(bob, done + 1)).toBe(done < 100 ? `result ${done + 1}` : undefined)
    }
  })

  it('that wait for their answer to be sent are there, too, also when they are nothing', () => {
    const answers = new Answers()
    answers.keep(bob, 7, undefined)
    expect(answers.has(bob, 7)).toBe(true)
    answers.sent(bob, 3, { call: 7, result: undefined })
    expect(answers.has(bob, 7)).toBe(true)
    answers.sent(bob, 4, { call: 9, result: 'later' })
    expect(answers.get(bob, 9)).toBe('later')
    answers.acknowledged(bob, 3)
    expect([answers.has(bob, 7), answers.has(bob, 9), answers.size]).toEqual([false, true, 1])
    answers.ended(bob)
    expect(answers.size).toBe(0)
  })
})
