import { describe, expect, it } from 'vitest'
import { expectedOf } from '../src/controller/picture.js'

describe('what has to be where', () => {
  it('is what members hold, and what that refers to', () => {
    const walks = new Map([
      [
        'm1.1',
        {
          held: ['m1.1/1', 'm2.1/desk'],
          links: { 'm1.1/1': ['m2.1/7'], 'm2.1/7': ['m2.1/8'], 'm2.1/8': ['m1.1/1'] },
          isWhole: true,
        },
      ],
      [
        'm2.1',
        {
          held: ['m1.1/desk', 'm1.1/1'],
          links: { 'm1.1/1': ['m2.1/7'], 'm2.1/7': ['m2.1/8'], 'm2.1/8': [] },
          isWhole: true,
        },
      ],
    ])
    expect(Object.fromEntries(expectedOf(walks))).toEqual({
      // The desk and the first object are held by the other; it holds a desk and what its object refers to.
      'm1.1': { living: ['m1.1/1'], exports: 2, imports: 2 },
      'm2.1': { living: ['m2.1/7', 'm2.1/8'], exports: 2, imports: 2 },
    })
  })
})
