/** Compares a random world with its journal: that nothing is missing at any time, and that nothing else is left once all is collected. */

import { setTimeout as sleep } from 'node:timers/promises'
import { collectGarbage } from '../../support/face.js'
import { closure, type ExpectedTables, expectedTables, reachable, remaining } from './oracle.js'
import type { Member, RandomWorld } from './random-world.js'
import { ENTRIES_PER_MANAGED } from './thing.js'

/** Weak references and what they lead to take two rounds, what that led to another. */
const PASSES = 8

/** All that is reachable is there: at its owner, by all weak references to it, and to those who have it in hand. */
export async function checkReachable(world: RandomWorld): Promise<void> {
  const ids = reachable(world.journal)
  checkStates(world, ids)
  await Promise.all(world.members.map((member) => readNumbers(world, member)))
}

/** Calls, from each node, all that can be reached from what it has in hand, one after the other. */
export async function walkEverything(world: RandomWorld): Promise<void> {
  world.did('walk')
  const { journal } = world
  const walk = world.number()
  let isWhole = true
  for (const member of world.members) {
    for (const id of member.held.keys()) isWhole = (await walkFrom(world, member, { id, walk })) && isWhole
  }
  const visited = world.visitedIn(walk)
  const expected = closure(
    journal,
    journal.holders.flatMap(({ held }) => [...held.keys()]),
  )
  const missing = [...expected].filter((id) => !visited.has(id))
  if (isWhole && missing.length > 0) world.violate(`a walk did not come to ${missing.join()}`)
  world.endWalk(walk)
}

/** Collects until exactly what should be is left. @returns what is not as it should be in the end, or null */
export async function settle(world: RandomWorld): Promise<string | null> {
  await world.outlastQuarantines()
  let difference: string | null = null
  for (let pass = 1; pass <= PASSES; pass++) {
    await collectEverywhere(world)
    difference = differenceIn(world)
    if (difference === null) {
      world.did(`settled in ${pass}`)
      forget(world)
      return null
    }
  }
  return difference
}

/** Ordinary objects in cycles over nodes are not found, by design: somebody has to part them. @returns whether there were any */
export function partOrdinaryCycles(world: RandomWorld): boolean {
  const parted: number[] = []
  const live = reachable(world.journal)
  for (const id of remaining(world.journal)) {
    const record = world.record(id)
    if (live.has(id) || record.kind !== 'ordinary') continue
    world.did('part')
    parted.push(id)
    const object = record.state.deref() as Record<'list' | 'map' | 'set' | 'next', unknown> | undefined
    if (object === undefined) {
      world.violate(`ordinary object ${id} is gone though others hold it`)
      continue
    }
    for (const links of [object.map, object.set]) (links as Set<unknown>).clear()
    ;(object.list as unknown[]).length = 0
    object.next = record.next = null
    record.list.length = 0
    record.map.clear()
    record.set.clear()
  }
  return parted.length > 0
}

async function collectEverywhere(world: RandomWorld): Promise<void> {
  await collectGarbage()
  for (const { node } of world.members) await node.collectLocally()
  // No more than a peer that is just coming or going can be in the way.
  await world.random
    .pick(world.members)
    .node.collect()
    .catch((error: unknown) => world.failed('collect', error))
  // Answers are acknowledged on their own a moment later.
  await sleep(5)
}

function checkStates(world: RandomWorld, ids: ReadonlySet<number>): void {
  for (const id of ids) {
    const { state, isReclaimed, home } = world.record(id)
    if (state.deref() === undefined) world.violate(`object ${id} of ${home} is gone though it is reachable`)
    if (isReclaimed) world.violate(`object ${id} of ${home} was told to be gone though it is reachable`)
  }
  for (const { name, weak } of world.members) {
    for (const [id, reference] of weak) {
      if (ids.has(id) && !reference.isAlive)
        world.violate(`${name}: weak reference to ${id} is dead, the object is not`)
    }
  }
}

async function readNumbers(world: RandomWorld, { held }: Member): Promise<void> {
  for (const id of held.keys()) {
    try {
      const told = await held.get(id)?.tell()
      if (told !== id) world.violate(`object ${id} says that it is ${told}`)
    } catch (error) {
      world.failed(`read ${id}`, error)
    }
  }
}

/** @returns whether it came through */
async function walkFrom(
  world: RandomWorld,
  { held }: Member,
  { id, walk }: { id: number; walk: number },
): Promise<boolean> {
  try {
    await held.get(id)?.walk(walk)
    return true
  } catch (error) {
    world.failed(`walk from ${id}`, error)
    return false
  }
}

function differenceIn(world: RandomWorld): string | null {
  const { journal } = world
  const kept = remaining(journal)
  const expected = expectedTables(journal, kept, ENTRIES_PER_MANAGED)
  const tables = world.members.flatMap((member) => tableDifference(member, expected.get(member.name)))
  const objects = [...journal.objects.values()].flatMap(({ id, home, kind, state, isReclaimed }) => {
    const isGone = state.deref() === undefined
    if (isGone === !kept.has(id) && (kind === 'ordinary' || !journal.isThere(id) || isReclaimed === isGone)) return []
    return [`object ${id} of ${home} (${kind}): gone ${isGone}, told ${isReclaimed}, to be kept ${kept.has(id)}`]
  })
  const weak = world.members.flatMap(({ name, weak: references }) =>
    [...references].flatMap(([id, { isAlive }]) =>
      isAlive === kept.has(id) ? [] : [`${name}: weak reference to ${id} is alive ${isAlive}`],
    ),
  )
  const all = [...tables, ...objects, ...weak]
  return all.length === 0 ? null : all.slice(0, 12).join('\n')
}

function tableDifference({ name, node, published }: Member, expected: ExpectedTables | undefined): string[] {
  const { tables, objects, publishedNames, pendingCalls, keptAnswers, streams } = node.stats()
  const is = { ...tables, managed: objects.managed, publishedNames, pendingCalls, keptAnswers, streams }
  const wanted = { pins: 0, pendingCalls: 0, keptAnswers: 0, streams: 0, publishedNames: published.size, ...expected }
  return Object.entries(wanted).flatMap(([what, count]) => {
    const found = (is as Record<string, unknown>)[what]
    return found === count ? [] : [`${name}: ${what} ${String(found)} instead of ${count}`]
  })
}

/** What is gone must never be heard of again. */
function forget({ journal, members }: RandomWorld): void {
  const kept = remaining(journal)
  for (const id of journal.objects.keys()) if (!kept.has(id)) journal.objects.delete(id)
  for (const { weak } of members) for (const id of weak.keys()) if (!kept.has(id)) weak.delete(id)
}
