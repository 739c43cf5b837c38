/** A random run: deeds, several at a time, while nodes collect; then, now and then, quiet, and a look at what is left. */
import { Random } from '@holdfast/core'
import type { NodeOptions } from '../../../src/index.js'
import { collectGarbage } from '../../support/face.js'
import { checkReachable, partOrdinaryCycles, settle, walkEverything } from './checks.js'
import { dispose, drop, publish, startDeed } from './deeds.js'
import { RandomWorld } from './random-world.js'

export interface RandomRun {
  readonly seed: number
  readonly rounds: number
  readonly nodes: number
  /** One of the nodes is closed and comes back, every so many rounds. */
  readonly restartEvery?: number
  readonly node?: Partial<NodeOptions>
}

const NAMES = ['alice', 'bob', 'carol', 'dave']
/** What a program has in hand at most. */
const MOST_HELD = 10
/** Rounds between two rests. */
const REST_EVERY = 40
/** So that neighbouring seeds are no neighbours. */
const SPREAD = 2654435769

/** @returns what was wrong, or null; and how often what was done */
export async function randomRun(run: RandomRun): Promise<{ violation: string | null; deeds: Map<string, number> }> {
  const restarts = run.restartEvery !== undefined
  const random = new Random(Math.imul(run.seed, SPREAD))
  const world = await RandomWorld.create({ random, names: NAMES.slice(0, run.nodes), node: run.node ?? {}, restarts })
  try {
    for (let round = 1; round <= run.rounds && world.violations.length === 0; round++) {
      await playRound(world, run, round)
      if (world.violations.length > 0) world.violate(`in round ${round}`)
    }
    if (world.violations.length === 0) await rest(world, 1)
    return { violation: world.violations.length === 0 ? null : world.violations.join('\n'), deeds: world.deeds }
  } finally {
    world.close()
  }
}

async function playRound(world: RandomWorld, run: RandomRun, round: number): Promise<void> {
  const { random } = world

  await batch(world)
  for (const member of world.members) {
    if (random.chance(0.1)) dispose(world, member)
    if (random.chance(0.1)) publish(world, member)
    while (member.held.size > MOST_HELD) drop(world, member)
  }
  if (run.restartEvery !== undefined && round % run.restartEvery === 0) await world.restart(random.pick(world.members))
  if (random.chance(0.3)) for (const gate of world.gates) world.open(gate)
  await checkReachable(world)
  if (random.chance(0.2)) await walkEverything(world)
  if (round % REST_EVERY === 0) await rest(world, random.pick([0.3, 0.7, 1]))
}

/** Deeds that are under way together, while things are dropped and nodes collect. */
async function batch(world: RandomWorld): Promise<void> {
  const { random, members } = world
  const deeds = Array.from({ length: 2 + random.below(8) }, () => startDeed(world))
  for (const member of members) if (random.below(2 * MOST_HELD) < member.held.size) drop(world, member)
  if (random.chance(0.1)) deeds.push(collectGarbage())
  if (random.chance(0.2)) deeds.push(collecting(world, random.pick(members).node.collectLocally()))
  if (random.chance(0.15)) deeds.push(collecting(world, random.pick(members).node.collect()))
  await Promise.all(deeds)
}

function collecting(world: RandomWorld, collection: Promise<unknown>): Promise<void> {
  return collection.then(
    () => {},
    (error: unknown) => world.failed('collect', error),
  )
}

/** Nothing is under way: some of what is held is dropped, and what nothing leads to any more has to go, everywhere. */
async function rest(world: RandomWorld, share: number): Promise<void> {
  world.did('rest')
  for (const gate of world.gates) world.open(gate)
  for (const member of world.members) {
    for (const id of member.held.keys()) if (world.random.chance(share)) member.held.delete(id)
    if (share === 1) for (const name of member.published.keys()) unpublish(member, name)
  }
  let found = await settle(world)
  if (found === null && partOrdinaryCycles(world)) found = await settle(world)
  if (found !== null) world.violate(`left:\n${found}`)
  await checkReachable(world)
}

function unpublish({ node, published }: RandomWorld['members'][number], name: string): void {
  node.unpublish(name)
  published.delete(name)
}
