/** Makes an action happen. */
import type { Action } from './action.js'
import { performForeign } from './acts/foreign-acts.js'
import { performNetwork } from './acts/network-acts.js'
import { performProgram } from './acts/program-acts.js'
import { performRuntime } from './acts/runtime-acts.js'
import { performWorld } from './acts/world-acts.js'
import type { World } from './world.js'

/**
 * Makes an action happen in a world, and lets the checkers look.
 * @returns false when it makes no sense there, or was refused: nothing happened
 * @throws Violation when a promise is broken
 */
export function perform(world: World, action: Action): boolean {
  const { uncommitted } = world.stats
  // A turn that could not be committed has not happened, but its failure has.
  const done = act(world, action) || world.stats.uncommitted > uncommitted
  if (world.isDirty) {
    world.isDirty = false
    for (const checker of world.watching.step) checker.step(world)
  }
  return done
}

function act(world: World, action: Action): boolean {
  switch (action.do) {
    case 'create':
    case 'create-many':
    case 'refer':
    case 'unrefer':
    case 'let-go':
    case 'let-go-of-all':
    case 'send':
    case 'publish':
    case 'publish-many':
    case 'answer':
      return performProgram(world, action)
    case 'collect':
    case 'finalize':
    case 'report':
    case 'report-late':
    case 'judge':
    case 'begin-round':
    case 'tick':
      return performRuntime(world, action)
    case 'deliver':
    case 'duplicate':
    case 'lose':
    case 'late-frame':
    case 'block':
    case 'unblock':
    case 'link':
    case 'reset':
    case 'notice':
    case 'garble':
      return performNetwork(world, action)
    case 'pass':
    case 'stall':
    case 'wake':
    case 'crash':
    case 'restart':
    case 'pause':
    case 'resume':
    case 'fail':
    case 'go-down':
    case 'jump':
      return performWorld(world, action)
    case 'forge':
    case 'repeat':
      return performForeign(world, action)
  }
}
