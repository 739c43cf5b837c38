import { instant } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { RefreshedTimers, RestartedTimers, TableLeases } from '../src/leases/lease-keeper.js'

describe.each([
  ['timers that are refreshed', () => new RefreshedTimers()],
  ['timers that are set anew', () => new RestartedTimers()],
  ['object leases', () => new TableLeases()],
])('%s', (_, create) => {
  it('keep a lease that is renewed, and end all at once', () => {
    const keeper = create()
    const ids = [1, 2, 3].map((object) => keeper.acquire(object))
    for (const id of ids) keeper.renew(id, instant(performance.now()))
    expect(keeper.size).toBe(3)
    keeper.clear()
    expect(keeper.size).toBe(0)
    expect(() => keeper.renew(ids[0], instant(performance.now()))).toThrow(/lease is/)
  })
})
