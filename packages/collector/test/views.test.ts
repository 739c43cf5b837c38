/** What can be asked of the tables: who holds what, since when, and until when. */
import { expect, it } from 'vitest'
import { QUARANTINE_MS, Stage, TERM_MS } from './support/stage.js'
import { node } from './support/world.js'

function scene() {
  const stage = new Stage({ hasFaults: true })
  const { world } = stage
  const thing = stage.creates('alice')
  const held = stage.gives('alice', thing, 'bob')
  const alice = world.node('alice').collector
  const bob = world.node('bob').collector
  const id = world.node('bob').heap.importOf(held)
  if (id === undefined) throw new Error('bob holds an import')
  return { stage, world, thing, held, alice, bob, id }
}

/** Within a millisecond: the stage rounds. */
function expectWithin(actual: number | null, expected: number): void {
  expect(Math.abs((actual ?? 0) - expected)).toBeLessThanOrEqual(1)
}

it('R1: an export tells its holders with their stamps, its version, and when it was last used', () => {
  const { stage, world, thing, held, alice } = scene()
  const before = alice.describeExport(thing)
  expect(before).toMatchObject({ version: 1, holders: [{ address: { node: 'bob' }, isQuarantined: false }] })
  expect(before?.holders[0].stamps?.granted).toBeGreaterThan(0)
  stage.later(500)
  expect(alice.describeExport(thing)?.usedAt).toBe(before?.usedAt)
  stage.uses('bob', held)
  stage.arrives('bob', 'alice')
  expect(alice.describeExport(thing)).toMatchObject({ version: 2, usedAt: world.now })
  stage.gives('bob', held, 'carol')
  stage.later(10)
  const names = alice.describeExport(thing)?.holders.map(({ address }) => address.node)
  expect(names?.sort()).toEqual(['bob', 'carol'])
  expect(alice.describeExport(stage.creates('alice'))).toBeNull()
})

it('R1: a holder that vanished is in quarantine, and it is told until when', () => {
  const { stage, world, thing, alice } = scene()
  stage.crashes('bob')
  stage.later(TERM_MS + 1)
  const [end] = world.told('alice', 'session-ended')
  const [holder] = alice.describeExport(thing)?.holders ?? []
  expect(holder).toMatchObject({ address: { node: 'bob', incarnation: 1 }, stamps: null, isQuarantined: true })
  expectWithin(holder.expiresAt, end.at + QUARANTINE_MS)
})

it('R2: an import tells its owner, when its lease runs out, and when it is given up without one', () => {
  const { stage, world, bob, id } = scene()
  const { leaseEndsAt, ...rest } = bob.describeImport(id)
  expect(rest).toEqual({ owner: { node: 'alice', incarnation: 1 }, id: 1, isTrusted: true, givenUpAt: null })
  stage.later(TERM_MS * 3)
  const renewed = bob.describeImport(id).leaseEndsAt
  expect(renewed).toBeGreaterThan(world.now)
  expect(renewed).toBeGreaterThan((leaseEndsAt ?? 0) + TERM_MS)
  stage.parts('bob', 'alice')
  stage.later(TERM_MS + 1)
  const [end] = world.told('bob', 'session-ended')
  expect(bob.describeImport(id)).toMatchObject({ isTrusted: false, leaseEndsAt: null })
  expectWithin(bob.describeImport(id).givenUpAt, end.at + QUARANTINE_MS)
  expect(bob.sessionWith(node('alice'))).toBeNull()
})
