import { Random } from '@holdfast/core'
import { describe, expect, test } from 'vitest'
import { drawVictims } from '../src/heap-graph/victims.js'

describe('the nodes to kill', () => {
  test('are the remainders of xorshift32 seeded with seed + 1, each once', () => {
    const random = new Random(8)
    const drawn: number[] = []
    while (drawn.length < 3) {
      const index = random.next() % 4
      if (!drawn.includes(index)) drawn.push(index)
    }
    expect(drawVictims({ nodes: 4, kill: 3, seed: 7 })).toEqual(drawn)
    expect(drawVictims({ nodes: 4, kill: 2, seed: 7 }), 'fewer are the first of more').toEqual(drawn.slice(0, 2))
  })

  test('are distinct nodes of the cluster, whatever the seed, and another for another seed', () => {
    const firsts = new Set<number>()
    for (const seed of [0, 1, 2, 3, 4, 5, 0xffffffff]) {
      const victims = drawVictims({ nodes: 16, kill: 15, seed })
      expect(new Set(victims).size).toBe(15)
      expect(victims.every((index) => index >= 0 && index < 16)).toBe(true)
      firsts.add(victims[0])
    }
    expect(firsts.size).toBeGreaterThan(1)
    expect(drawVictims({ nodes: 1, kill: 0, seed: 1 })).toEqual([])
  })

  test('leave one node at least', () => {
    for (const kill of [4, 5, -1, 0.5]) {
      expect(() => drawVictims({ nodes: 4, kill, seed: 1 })).toThrow(expect.objectContaining({ code: 'bad-kill' }))
    }
  })
})
