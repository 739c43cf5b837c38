import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Spans } from '../src/workload/spans.js'

const numbers = fc.array(fc.integer({ min: 1, max: 30 }))

describe('spans', () => {
  it('are a set, in ascending ranges that do not touch', () => {
    fc.assert(
      fc.property(numbers, (added) => {
        const [spans, naive] = [new Spans(), new Set<number>()]
        for (const number of added) {
          expect(spans.add(number)).toBe(!naive.has(number))
          naive.add(number)
        }
        const found = spans
          .toJSON()
          .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at))
        expect(found).toEqual([...naive].sort((a, b) => a - b))
        expect([spans.size, spans.last]).toEqual([naive.size, Math.max(0, ...naive)])
        const data = spans.toJSON()
        for (const [place, [first]] of data.entries())
          if (place > 0) expect(first).toBeGreaterThan(data[place - 1][1] + 1)
      }),
    )
  })

  it('tell what is missing in them', () => {
    fc.assert(
      fc.property(numbers, numbers, (here, there) => {
        const [mine, others] = [new Spans(), new Spans()]
        for (const number of here) mine.add(number)
        for (const number of there) others.add(number)
        const missing = [...new Set(there)].filter((number) => !here.includes(number)).sort((a, b) => a - b)
        expect(mine.missing(others.toJSON(), 100)).toEqual(missing)
      }),
    )
  })
})
