import { type Incarnation, nodeId } from '@holdfast/core'
import { expect, it } from 'vitest'
import { Collage } from '../src/collage.js'
import type { Report } from '../src/index.js'
import { randomReports } from './support/random-collage.js'

const some = randomReports(3)[0]
const numbered = (number: number, incarnation = 1): Report => ({
  ...some,
  number,
  incarnation: incarnation as Incarnation,
})

it('of one incarnation the newest report wins, in whatever order they come', () => {
  const collage = new Collage()
  expect([2, 1, 2, 3].map((number) => collage.add(numbered(number)))).toEqual([true, false, false, true])
  expect(collage.size).toBe(1)
  expect(collage.reportOf(some)?.number).toBe(3)
})

it('incarnations are told apart, and a node that is forgotten may begin anew', () => {
  const collage = new Collage()
  collage.add(numbered(5, 1))
  collage.add(numbered(1, 2))
  expect([...collage.reports()].map((report) => report.number)).toEqual([5, 1])
  collage.forget(nodeId('elsewhere'))
  expect(collage.size).toBe(2)
  collage.forget(numbered(5, 1).node)
  expect(collage.reportOf(numbered(5, 1))).toBeUndefined()
  expect(collage.size).toBe(0)
  expect(collage.add(numbered(1, 1))).toBe(true)
  collage.clear()
  expect(collage.size).toBe(0)
})
