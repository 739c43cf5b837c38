import { expect, it } from 'vitest'
import { type Action, describe as words } from '../src/index.js'

const homes: Readonly<Record<string, string>> = { o1: 'alice', o2: 'bob', o3: 'carol' }
const homeOf = (label: string) => homes[label] ?? null

it.each<[Action, string]>([
  [{ do: 'send', from: 'alice', to: 'o2', references: ['o1'] }, 'alice grants o1 to bob, in a call to o2'],
  [{ do: 'send', from: 'alice', to: 'o2', references: ['o2'] }, 'alice carries o2 home to bob, in a call to o2'],
  [{ do: 'send', from: 'alice', to: 'o2', references: ['o3'] }, 'alice gives o3 of carol to bob, in a call to o2'],
  [{ do: 'send', from: 'alice', to: 'o2', references: [] }, 'alice calls o2 of bob'],
  [{ do: 'publish', from: 'bob', to: 'carol', references: ['o2'] }, 'bob grants o2 to carol'],
  [{ do: 'reset', a: 'bob', b: 'carol', told: 'b' }, 'the link of bob and carol breaks, and only carol knows'],
  [{ do: 'deliver', from: 'bob', to: 'carol', at: 2 }, 'a frame of bob reaches carol, overtaking 2'],
  [{ do: 'pass', ms: 5, moving: false }, 'the world stands still for 5 ms'],
])('%j', (action, sentence) => {
  expect(words(action, homeOf)).toBe(sentence)
})
