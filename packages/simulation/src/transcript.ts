/** A run in words: what was done, and what of importance the nodes said about it. */
import type { CollectorEffect } from '@holdfast/collector'
import { Random } from '@holdfast/core'
import type { Action } from './action.js'
import { describe, type HomeOf } from './describe.js'
import { end } from './ending.js'
import { createWorld, type Plan, violationOf } from './run.js'
import type { SimulatedNode } from './simulated-node.js'
import { Stage } from './stage.js'
import type { World } from './world.js'

/** Tells a run again. The last line is what was violated, if anything was. */
export function transcript(plan: Plan, actions: readonly Action[]): string[] {
  const world = createWorld(plan)
  const stage = new Stage(world, new Random(1))
  const lines: string[] = []
  const homeOf: HomeOf = (label) => world.things.get(label)?.home.name ?? null
  let number = 0
  let isEnding = false
  stage.onAction = (action) => lines.push(`${String(++number).padStart(4)}. ${describe(action, homeOf)}`)
  world.onTurn = (node, _event, effects) => {
    // The ending is long and of interest only where it is why the run failed: then its verdict says so.
    if (isEnding) return
    for (const effect of effects) {
      const said = say(world, node, effect)
      if (said !== null) lines.push(`        ${node.label}: ${said}`)
    }
  }
  const violation = violationOf(() => {
    for (const action of actions) stage.do(action)
    isEnding = true
    lines.push('  and then everything heals, and most is let go of')
    end(world)
  })
  lines.push(violation === null ? 'nothing is violated' : `VIOLATED ${violation}`)
  return lines
}

/** So many names are told, and how many more there are. */
const MOST_NAMES = 16

function listed(names: readonly string[]): string {
  const told = names.slice(0, MOST_NAMES).join(', ')
  return names.length > MOST_NAMES ? `${told} and ${names.length - MOST_NAMES} more` : told
}

function say(world: World, node: SimulatedNode, effect: CollectorEffect): string | null {
  switch (effect.type) {
    case 'session-opened':
      return `a session with ${effect.peer} begins`
    case 'session-ended':
      return `the session with ${effect.peer} is over (${effect.reason})`
    case 'broken':
      return `broken: ${listed(effect.imports.map((id) => node.held[id]?.thing.label ?? `import ${id}`))}`
    case 'expired':
      return `what ${effect.peer}#${effect.incarnation} held is removed`
    case 'released': {
      const labels = effect.objects.map((object) => node.things.get(object)?.label ?? `object ${object}`)
      return `released by ${effect.by}: ${listed(labels)}`
    }
    case 'rejected':
      return `a call of ${effect.from} is rejected`
    case 'judged':
      return effect.condemned === 0 ? null : `condemns ${effect.condemned} of ${effect.suspects}`
    case 'alarm':
      return `ALARM about a verdict of ${effect.coordinator}`
    case 'untrusted':
      return `does not trust ${effect.peer}`
    case 'called': {
      const letter = world.letters.get(effect.call)
      if (letter === undefined || letter.references.length === 0) return null
      const carried = letter.references.map(({ meant }) => ('label' in meant ? meant.label : meant.thing.label))
      return `receives ${listed(carried)} from ${effect.from}`
    }
    default:
      return null
  }
}
