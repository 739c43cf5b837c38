import { describe, expect, test } from 'vitest'
import { Backoff } from '../src/index.js'

describe('Backoff', () => {
  test('doubles its waits up to the longest, each shortened by chance to no less than half', () => {
    const longest = new Backoff({ first: 100, longest: 700, random: () => 1 })
    expect(Array.from({ length: 5 }, () => longest.next())).toEqual([100, 200, 400, 700, 700])
    const shortest = new Backoff({ first: 100, longest: 700, random: () => 0 })
    expect(Array.from({ length: 5 }, () => shortest.next())).toEqual([50, 100, 200, 350, 350])
  })
})
